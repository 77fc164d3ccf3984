use actors_core::prelude::*;

#[sql_table(name = "visits")]
pub struct Visit {
    #[sql(primary_key)]
    id: u32,
    page: String,
    at: Timestamp,
    seconds: Option<u32>,
}

#[sql_table(name = "pages")]
pub struct Page {
    #[sql(primary_key)]
    page: String,
    title: String,
    is_public: bool,
}

#[actor(tables(Visit, Page))]
pub struct Site {}

#[actor]
impl Site {
    fn ask(&self, ctx: &Ctx<Self>) -> Result<()> {
        let n = 1;
        sql!(Visit => "DELETE FROM visits WHERE id IN ({n0 = n}, {n1 = n}, {n2 = n}, {n3 = n}, {n4 = n}, {n5 = n}, {n6 = n}, {n7 = n}, {n8 = n}, {n9 = n}, {n10 = n}, {n11 = n}, {n12 = n}, {n13 = n}, {n14 = n}, {n15 = n}, {n16 = n}, {n17 = n}, {n18 = n}, {n19 = n}, {n20 = n}, {n21 = n}, {n22 = n}, {n23 = n}, {n24 = n}, {n25 = n}, {n26 = n}, {n27 = n}, {n28 = n}, {n29 = n}, {n30 = n}, {n31 = n}, {n32 = n}, {n33 = n}, {n34 = n}, {n35 = n}, {n36 = n}, {n37 = n}, {n38 = n}, {n39 = n}, {n40 = n}, {n41 = n}, {n42 = n}, {n43 = n}, {n44 = n}, {n45 = n}, {n46 = n}, {n47 = n}, {n48 = n}, {n49 = n}, {n50 = n}, {n51 = n}, {n52 = n}, {n53 = n}, {n54 = n}, {n55 = n}, {n56 = n}, {n57 = n}, {n58 = n}, {n59 = n}, {n60 = n}, {n61 = n}, {n62 = n}, {n63 = n}, {n64 = n}, {n65 = n}, {n66 = n}, {n67 = n}, {n68 = n}, {n69 = n}, {n70 = n}, {n71 = n}, {n72 = n}, {n73 = n}, {n74 = n}, {n75 = n}, {n76 = n}, {n77 = n}, {n78 = n}, {n79 = n}, {n80 = n}, {n81 = n}, {n82 = n}, {n83 = n}, {n84 = n}, {n85 = n}, {n86 = n}, {n87 = n}, {n88 = n}, {n89 = n}, {n90 = n}, {n91 = n}, {n92 = n}, {n93 = n}, {n94 = n}, {n95 = n}, {n96 = n}, {n97 = n}, {n98 = n}, {n99 = n}, {n100 = n})").run(ctx)?;
        Ok(())
    }
}

fn main() {}
