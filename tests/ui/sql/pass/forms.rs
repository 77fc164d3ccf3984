//! All forms of a statement and of its rows.

use std::collections::BTreeMap;

use actors_core::prelude::*;

mod tables {
    use actors_core::prelude::*;

    #[sql_table(name = "visits", index(by_page(page)))]
    #[derive(Debug, PartialEq)]
    pub struct Visit {
        #[sql(primary_key)]
        pub id: u32,
        pub page: String,
        pub at: Timestamp,
        pub seconds: Option<u32>,
        pub r#type: String,
    }
}

use tables::Visit;

#[sql_table(name = "pages")]
struct Page {
    #[sql(primary_key)]
    page: String,
    title: String,
    data: Vec<u8>,
}

#[derive(FromRow)]
struct Summary {
    page: String,
    visits: u64,
    last: Option<Timestamp>,
}

#[actor(tables(Visit, Page))]
pub struct Site {}

#[actor]
impl Site {
    fn parts(&self, ctx: &Ctx<Self>, by: u8, since: Option<Timestamp>) -> Result<Vec<u32>> {
        let text = String::from("a");
        // A value that meets one column or another, and one that is captured by a part alone.
        let _: Option<String> = sql!(Page => "SELECT page FROM pages WHERE {column} = {text}",
            column = match by { 0 => "page", 1 => "title", _ => "lower(title)" },
        )
        .optional(ctx)?;
        let _: Vec<Summary> = sql!(Visit => "SELECT page, COUNT(*) AS visits, MAX(at) AS last
                                             FROM visits {filter} GROUP BY page" as Summary,
            filter = match since {
                Some(since) if by > 3 => "WHERE at > {since}",
                Some(_) => { "WHERE seconds > {seconds = u32::from(by)}" }
                None => if by == 0 { ("WHERE FALSE") } else { "" },
            }
        )
        .all(ctx)?;
        sql!(Visit => "{verb} FROM visits WHERE id IN {ids = vec![1_u32, 2]}",
            verb = if by == 1 { "DELETE" } else { "DELETE" }
        )
        .run(ctx)?;
        let limits = [1, 2];
        sql!(Visit => "SELECT id FROM visits {filter} ORDER BY {order} {direction}",
            filter = if let Some(since) = since && by > 1 { "WHERE at IN {times = [since]}" },
            order = match limits { [1, ..] => "id", _ => "page, at" },
            direction = if by > 2 { "DESC" },
        )
        .all(ctx)
    }

    fn rows(&self, ctx: &Ctx<Self>) -> Result<()> {
        // The table's own struct.
        let visits: Vec<Visit> = sql!(Visit => "SELECT * FROM visits ORDER BY id").all(ctx)?;
        let all = sql!(tables::Visit => "SELECT v.* FROM visits AS v").all(ctx)?;
        assert_eq!(visits, all);
        let listed: Option<Visit> =
            sql!(Visit => "SELECT id, page, at, seconds, type FROM visits LIMIT 1").optional(ctx)?;
        assert!(listed.is_none());
        // A scalar.
        let page = sql!(Visit => "SELECT page FROM visits").one(ctx)?;
        let _: &str = page.as_str();
        let seconds: Option<u32> = sql!(Visit => "SELECT seconds FROM visits").one(ctx)?;
        let count = sql!(Visit => "SELECT COUNT(*) AS count: u32 FROM visits").one(ctx)?;
        let counted: u64 = sql!(Visit => "SELECT COUNT(*) FROM visits").one(ctx)?;
        let last: Option<Timestamp> = sql!(Visit => "SELECT MAX(at) FROM visits").one(ctx)?;
        let _ = (seconds, count + 1, counted, last);
        // A record.
        let row = sql!(Visit => "SELECT page, seconds AS took, COUNT(*) AS visits: u32, type
                                 FROM visits GROUP BY page").one(ctx)?;
        let _: (String, Option<u32>, u32, String) = (row.page, row.took, row.visits, row.r#type);
        let joined = sql!(Visit, Page => "SELECT v.page, p.title, p.data, v.id
                                          FROM visits v LEFT JOIN pages p ON p.page = v.page").all(ctx)?;
        for row in joined {
            let _: (String, Option<String>, Option<Vec<u8>>, u32) = (row.page, row.title, row.data, row.id);
        }
        let bare = sql!(Visit => "SELECT page, MAX(at) AS last: Option<Timestamp> FROM visits").one(ctx)?;
        let _: Option<String> = bare.page;
        // Named types.
        let _: Vec<Summary> = sql!(Visit => "SELECT page, COUNT(*) AS visits, MAX(at) AS last
                                             FROM visits GROUP BY page" as Summary).all(ctx)?;
        let pairs = sql!(Visit => "SELECT page, id FROM visits" as (String, u64)).all(ctx)?;
        let _: BTreeMap<String, u64> = pairs.into_iter().collect();
        let _: i64 = sql!(Visit => "SELECT id FROM visits" as i64).one(ctx)?;
        sql!(Visit => "SELECT id, page FROM visits").for_each(ctx, |row| {
            let _: (u32, String) = (row.id, row.page);
            Ok(())
        })?;
        // No table at all.
        let _: f64 = sql!("SELECT 1.5").one(ctx)?;
        let _ = sql!("SELECT 'a' AS letter: String, 5 AS number: i32").one(ctx)?.number;
        Ok(())
    }

    fn captures(&mut self, ctx: &Ctx<Self>, page: &str, ids: (u32, u32), at: Option<Timestamp>) -> Result<()> {
        let owned = page.to_owned();
        let _: u32 = sql!(Visit => "SELECT COUNT(*) FROM visits WHERE page = {page} OR page = {owned}").one(ctx)?;
        sql!(Visit => "DELETE FROM visits WHERE id = {id = ids.0} OR id = {id} AND at IS {at}").run(ctx)?;
        sql!(Visit => "DELETE FROM visits WHERE id IN ({a = ids.0}, {b = ids.1}) AND id < {max = 5_i64}").run(ctx)?;
        sql!(Visit => "DELETE FROM visits WHERE {from = ctx.now() - hours(1)} <= at AND at BETWEEN {from} AND {at}")
            .run(ctx)?;
        sql!(Visit => "DELETE FROM visits WHERE seconds > {least = 10} AND seconds / 2 < {half = 2.5}").run(ctx)?;
        sql!(Visit => "INSERT INTO visits (page, at, type) VALUES ({page}, {now = ctx.now()}, 'view')").run(ctx)?;
        let id = sql!(Visit => "INSERT INTO visits (page, at, seconds, type)
                                VALUES ({owned}, {now = ctx.now()}, {seconds = 5}, {kind = \"a {b}\"})
                                RETURNING id").one(ctx)?;
        let _: u32 = id;
        sql!(Page => "INSERT INTO pages VALUES ({page}, {title = page.to_uppercase()}, {data = &b\"x\"[..]})
                      ON CONFLICT (page) DO UPDATE SET title = {title}, data = excluded.data").run(ctx)?;
        let updated: Vec<Visit> =
            sql!(Visit => "UPDATE visits SET seconds = {none = None::<u32>} WHERE id = {id} RETURNING *").all(ctx)?;
        let _ = updated;
        sql!(Visit => "UPDATE visits SET seconds = seconds + {more = 1} WHERE page LIKE {page} || '%'").run(ctx)?;
        let _: String = sql!("SELECT '{{\"a\": 5}}' -- {{ a comment \n /* ' */").one(ctx)?;
        sql!(Visit => r#"DELETE FROM visits WHERE "type" = 'it''s; -- no comment';"#).run(ctx)?;
        Ok(())
    }

    fn queries(&self, ctx: &Ctx<Self>) -> Result<()> {
        let deep = sql!(Visit => "WITH often AS (SELECT page, COUNT(*) AS n FROM visits GROUP BY page)
                                  SELECT v.page, often.n AS n: u32, v.id
                                  FROM visits v JOIN often ON often.page = v.page
                                  WHERE v.id IN (SELECT MAX(id) FROM visits GROUP BY page)
                                  ORDER BY n DESC LIMIT {limit = 5}").all(ctx)?;
        let _: Vec<(String, u32, u32)> = deep.into_iter().map(|row| (row.page, row.n, row.id)).collect();
        let either = sql!(Visit, Page => "SELECT page AS name: String FROM visits UNION SELECT page FROM pages")
            .all(ctx)?;
        let _: Vec<String> = either;
        let ids = serde_json::json!([1, 2]).to_string();
        let _ = sql!(Visit => "SELECT v.id FROM json_each({ids}) AS j JOIN visits v ON v.id = j.value").all(ctx)?;
        let ranked = sql!(Visit => "SELECT page, ROW_NUMBER() OVER (PARTITION BY page ORDER BY at) AS rank: u32
                                    FROM visits").all(ctx)?;
        let _: Option<String> = ranked.into_iter().map(|row| row.page).next();
        let _ = sql!(Visit => "SELECT CASE WHEN seconds IS NULL THEN 'open' ELSE 'closed' END AS state: String,
                                      page FROM visits").all(ctx)?;
        // A type may have commas of its own.
        let counts = sql!(Visit => "SELECT page, json_group_object(page, id) AS ids: Json<BTreeMap<String, Vec<u32>>>,
                                           COUNT(*) AS n: u32 FROM visits GROUP BY page").all(ctx)?;
        let _: Vec<(String, BTreeMap<String, Vec<u32>>, u32)> =
            counts.into_iter().map(|row| (row.page, row.ids.0, row.n)).collect();
        // A column of a WITH is its own, whatever the columns of tables are called.
        let _ = sql!(Visit => "WITH longest(id, page) AS (SELECT page, MAX(seconds) FROM visits GROUP BY page)
                               SELECT id AS name: String FROM longest
                               WHERE id = {name = \"home\"} AND page > {seconds = 5}").all(ctx)?;
        // Rows of what is written to, whatever is read beside it.
        let gone: Vec<Visit> = sql!(Visit, Page => "WITH old AS (SELECT page FROM pages)
                                                    DELETE FROM visits WHERE page IN (SELECT page FROM old)
                                                    RETURNING *" as Visit).all(ctx)?;
        let _ = gone;
        // Filters that may be left out.
        let (only, all, least) = (None::<String>, true, 3);
        let _ = sql!(Visit => "SELECT id FROM visits WHERE ({only} IS NULL OR page = {only}) AND ({all} OR id > 3)
                               AND (seconds = {least} + 1 OR 1 + {least} = id) ORDER BY id + {least}, page = {only}").all(ctx)?;
        // A condition that may be switched off, and values that are worked out.
        let mode = 1;
        let _ = sql!(Visit => "SELECT id FROM visits WHERE ({mode} = 1 OR page = {page = \"home\"})
                               AND CASE WHEN {mode} > 0 THEN seconds > {mode} ELSE seconds = 1 = {all} END").all(ctx)?;
        // The rows that are written go by the names of their columns alone.
        let written = sql!(Visit => "INSERT INTO visits AS v (page, at, type) VALUES ('a', {now = ctx.now()}, 'b')
                                     ON CONFLICT (id) DO UPDATE SET seconds = v.seconds + 1 RETURNING *").one(ctx)?;
        let _: Visit = written;
        let _ = sql!(Visit => "DELETE FROM visits AS v WHERE v.id = 1 RETURNING *").all(ctx)?;
        let _ = sql!(Visit => "UPDATE visits AS v SET page = 'c' WHERE v.id = 1 RETURNING *").all(ctx)?;
        // Once for each item, by any pattern, with what is around it.
        let (at, pages) = (ctx.now(), ["a", "b"]);
        let _: u64 = sql!(Visit => "INSERT INTO visits (page, at, type) VALUES ({page}, {at}, {kind = \"x\"})",
            for page in pages)
        .run(ctx)?;
        let places = vec![Place { id: 1, page: "a" }];
        sql!(Visit => "UPDATE visits SET page = {page} WHERE id = {id} AND at < {at}", for Place { id, page } in &places,)
            .run(ctx)?;
        sql!(Visit => "DELETE FROM visits WHERE id IN {ids = &[place.id]}", for place in places).run(ctx)?;
        // Arms of one type.
        let both: Vec<Option<u32>> = sql!(Visit => "SELECT id FROM visits UNION SELECT seconds FROM visits").all(ctx)?;
        let _ = both;
        let _ = sql!(Visit => "SELECT 1 FROM visits WHERE page IS NOT DISTINCT FROM {page = \"a\"}" as u32)
            .optional(ctx)?;
        Ok(())
    }
}

/// A row in another form.
struct Place {
    id: u32,
    page: &'static str,
}

fn main() {}