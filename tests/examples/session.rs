//! Sessions, as a browser has them.

use crate::world::{Answer, World, on_both};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A form that a page of the Worker sends, with the browser's cookie if it has one.
fn post(world: &World, path: &str, cookie: &str, form: &str) -> Answer {
    let origin = world.origin();
    let headers = [
        FORM,
        ("origin", &*origin),
        ("cookie", cookie),
        ("user-agent", "Firefox/1 Linux"),
    ];
    world.send("POST", path, &headers, form)
}

fn page(world: &World, cookie: &str) -> String {
    let answer = world.send("GET", "/session", &[("cookie", cookie)], "");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// The cookie of a new session, as the browser sends it.
fn sign_in(world: &World, name: &str, cookie: &str) -> String {
    let answer = post(
        world,
        "/session/sign-in",
        cookie,
        &format!("name={name}&code=0000"),
    );
    assert_eq!(
        (answer.status, answer.location.as_deref()),
        (303, Some("/session")),
        "{answer:?}"
    );
    let cookie = answer.cookie.expect("a cookie");
    cookie.split(';').next().expect("its value").to_owned()
}

fn id(cookie: &str) -> &str {
    let value = cookie.split_once('=').expect("a value").1;
    value.split_once('.').expect("an id").0
}

fn is_signed_in(world: &World, cookie: &str) -> bool {
    !page(world, cookie).contains("Sign in")
}

on_both! { [];
    fn a_visitor_signs_in_and_out(world) {
        assert!(page(&world, "").contains("This log-in is a stand-in"));
        let wrong = post(&world, "/session/sign-in", "", "name=ann&code=1234");
        assert_eq!((wrong.status, &wrong.cookie), (401, &None));
        assert!(wrong.body.contains("The name or the code is wrong."));
        let nobody = post(&world, "/session/sign-in", "", "name=a+b&code=0000");
        assert_eq!((nobody.status, &nobody.cookie), (400, &None));

        let answer = post(&world, "/session/sign-in", "", "name=+Ann+&code=0000");
        let cookie = answer.cookie.expect("a cookie");
        let mut parts = cookie.split("; ");
        let value = parts.next().expect("its value").to_owned();
        let mut attributes: Vec<_> = parts.collect();
        attributes.sort_unstable();
        assert_eq!(attributes, ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax", "Secure"]);
        assert_eq!(value.len(), "__Host-session=.".len() + 32 + 64, "128 and 256 random bits");
        assert!(value.starts_with("__Host-session="));
        let account = page(&world, &value);
        assert!(account.contains("Hello, <span id=\"user\">ann</span>"), "{account}");
        assert!(account.contains("Firefox on Linux") && account.contains("this one"), "{account}");

        let out = post(&world, "/session/sign-out", &value, "");
        let gone = out.cookie.expect("a cookie");
        assert!(gone.starts_with("__Host-session=;") && gone.contains("Max-Age=0"), "{gone}");
        assert!(!is_signed_in(&world, &value));
        world.until("nothing is left", || world.tables("SESSION", id(&value)) == 0);
    }

    fn each_sign_in_makes_a_new_session_and_ends_the_one_before(world) {
        let first = sign_in(&world, "ann", "");
        let second = sign_in(&world, "ann", &first);
        assert_ne!(id(&first), id(&second));
        assert!(!is_signed_in(&world, &first) && is_signed_in(&world, &second));
        // Nor can anybody choose the id.
        let chosen = format!("__Host-session={}.{}", "a".repeat(32), "b".repeat(64));
        let third = sign_in(&world, "ann", &chosen);
        assert_ne!(id(&third), "a".repeat(32));
    }

    fn another_site_can_do_nothing(world) {
        let cookie = sign_in(&world, "ann", "");
        for origin in [Some("https://evil.example"), Some("null"), None] {
            let mut headers = vec![FORM, ("cookie", &*cookie)];
            headers.extend(origin.map(|origin| ("origin", origin)));
            for path in ["/session/sign-out", "/session/sign-out-everywhere", "/session/sign-in"] {
                let refused = world.send("POST", path, &headers, "name=eve&code=0000");
                assert_eq!((refused.status, &refused.cookie), (403, &None), "{path} {origin:?}");
            }
        }
        assert!(is_signed_in(&world, &cookie));
    }

    fn a_cookie_that_is_not_ours_is_nobody_and_makes_nothing(world) {
        let cookie = sign_in(&world, "ann", "");
        let (own, other) = (id(&cookie), "0123456789abcdef".repeat(2));
        let secret = "ab".repeat(32);
        let forged = [
            format!("__Host-session={own}.{secret}"),
            format!("__Host-session={other}.{secret}"),
            format!("__Host-session={own}"),
            "__Host-session=.".to_owned(),
            "__Host-session=../x.y".to_owned(),
            cookie.replace("__Host-session", "session"),
            format!("{cookie}0"),
        ];
        for forged in forged {
            assert!(!is_signed_in(&world, &forged), "{forged}");
        }
        assert_eq!(world.tables("SESSION", &other), 0);
        assert!(is_signed_in(&world, &format!("a=b; {cookie}; c=d")));
    }

    fn a_user_signs_out_there_and_everywhere(world) {
        let here = sign_in(&world, "ann", "");
        let there = sign_in(&world, "ann", "");
        let bobs = sign_in(&world, "bob", "");
        assert!(page(&world, &here).contains(&format!("/session/sign-out/{}", id(&there))));
        let path = |cookie: &str| format!("/session/sign-out/{}", id(cookie));
        assert_eq!(post(&world, &path(&bobs), &here, "").status, 404, "it is not ann's");
        assert_eq!(post(&world, &path(&there), "", "").status, 401);
        assert_eq!(post(&world, &path(&there), &here, "").status, 303);
        assert!(is_signed_in(&world, &here) && !is_signed_in(&world, &there));

        let again = sign_in(&world, "ann", "");
        assert_eq!(post(&world, "/session/sign-out-everywhere", &here, "").status, 303);
        for cookie in [&here, &again] {
            assert!(!is_signed_in(&world, cookie));
        }
        assert!(is_signed_in(&world, &bobs));
    }

    fn a_session_knows_things_and_shows_them_as_text(world) {
        let cookie = sign_in(&world, "ann", "");
        assert!(page(&world, &cookie).contains("color-scheme: light dark"));
        assert_eq!(post(&world, "/session/theme", &cookie, "theme=dark").status, 303);
        assert_eq!(post(&world, "/session/theme", &cookie, "theme=pink").status, 422);
        let markup = "text=%3C%2Ftextarea%3E%3Cscript%3E1%26";
        assert_eq!(post(&world, "/session/note", &cookie, markup).status, 303);
        let account = page(&world, &cookie);
        assert!(account.contains("style=\"color-scheme: dark\""), "{account}");
        assert!(account.contains("&lt;/textarea&gt;&lt;script&gt;1&amp;"), "{account}");
        assert!(!account.contains("<script>"));
        assert_eq!(post(&world, "/session/note", "", "text=x").status, 401);
    }

    fn attempts_are_limited(world) {
        for _ in 0..10 {
            assert_eq!(post(&world, "/session/sign-in", "", "name=ann&code=1").status, 401);
        }
        let right = post(&world, "/session/sign-in", "", "name=ann&code=0000");
        assert_eq!((right.status, right.cookie), (429, None));
        sign_in(&world, "bob", "");
    }
}

mod brief {
    use super::{is_signed_in, sign_in};
    use crate::world::on_both;

    on_both! { [("SESSION_IDLE", "2"), ("SESSION_TOTAL", "4")];
        fn a_session_that_is_not_used_ends_and_nothing_is_left(world) {
            let cookie = sign_in(&world, "ann", "");
            let name = super::id(&cookie);
            assert!(world.tables("SESSION", name) > 0);
            world.until("the session is gone", || world.tables("SESSION", name) == 0);
            world.until("the user is, too", || world.tables("USER", "ann") == 0);
            assert!(!is_signed_in(&world, &cookie));
        }
    }
}
