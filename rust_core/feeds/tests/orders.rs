//! The order stream: what is open, what was matched, what became complete.

use feeds::Reason;
use feeds::betfair::{OrderOptions, OrderRunner, Orders};

fn orders(lines: &[&str]) -> Orders {
    let mut orders = Orders::new(&OrderOptions::default());
    for line in lines {
        orders.apply(line.as_bytes());
        orders.apply(b"\r\n");
    }
    assert_eq!(orders.problems().kept(), []);
    orders
}

fn ocm(runner: &str) -> String {
    format!(r#"{{"op":"ocm","id":2,"clk":"C","pt":7,"oc":[{{"id":"1.1","orc":[{{"id":5,{runner}}}]}}]}}"#)
}

fn order(id: &str, status: &str, left: f64) -> String {
    format!(
        r#"{{"id":"{id}","p":1.1,"s":10,"bsp":3.5,"side":"L","status":"{status}","pt":"P","ot":"L","pd":16,"md":17,"cd":18,"ld":19,"lsrc":"X","avp":1.09,"sm":3,"sr":{left},"sl":1,"sc":2,"sv":0.5,"rac":"a","rc":"REG","rfo":"o","rfs":"s","new":[]}}"#
    )
}

fn runner(orders: &Orders) -> &OrderRunner {
    orders.market("1.1").expect("market").runners().next().expect("runner").2
}

fn open(orders: &Orders) -> Vec<&str> {
    runner(orders).orders().map(|order| &*order.id).collect()
}

fn levels(levels: &[feeds::betfair::Level]) -> Vec<(f64, f64)> {
    levels.iter().map(|level| (level.price, level.size)).collect()
}

#[test]
fn an_order_has_every_field_and_leaves_when_it_is_complete() {
    let uo = |list: &[String]| ocm(&format!(r#""uo":[{}]"#, list.join(",")));
    let mut orders = orders(&[
        &uo(&[order("9", "E", 7.0), order("8", "E", 1.0)]),
        &uo(&[order("9", "E", 4.0), order("8", "EC", 0.0)]),
    ]);
    assert_eq!(open(&orders), ["9"]);
    let kept = runner(&orders).orders().next().expect("order").clone();
    assert_eq!((kept.price, kept.size, kept.bsp_liability, &*kept.side), (1.1, 10.0, Some(3.5), "L"));
    assert_eq!((&*kept.persistence_type, &*kept.order_type, &*kept.lapse_reason), ("P", "L", "X"));
    assert_eq!(
        (kept.placed, kept.matched, kept.cancelled, kept.lapsed),
        (Some(16), Some(17), Some(18), Some(19))
    );
    assert_eq!((kept.average_price, kept.size_matched, kept.size_remaining), (Some(1.09), 3.0, 4.0));
    assert_eq!((kept.size_lapsed, kept.size_cancelled, kept.size_voided), (1.0, 2.0, 0.5));
    assert_eq!((&*kept.regulator_auth_code, &*kept.regulator_code), ("a", "REG"));
    assert_eq!((&*kept.order_ref, &*kept.strategy_ref), ("o", "s"));
    let completed = orders.take_completed();
    assert_eq!(
        completed.iter().map(|(market, id, _, order)| (&**market, *id, &*order.id)).collect::<Vec<_>>(),
        [("1.1", 5, "8")]
    );
    assert!(orders.take_completed().is_empty());
}

#[test]
fn matched_bets_are_levels_and_an_empty_list_has_none() {
    let books = orders(&[
        &ocm(r#""mb":[[2,1],[3,4]],"ml":[[5,6]],"smc":{"s":{"mb":[[2,1]]},"t":{"ml":[[5,6]]}}"#),
        &ocm(r#""mb":[[2,0],[2.5,9]],"ml":[],"smc":{"s":{"mb":[[2,7]]},"t":{"ml":[]}}"#),
    ]);
    let found = runner(&books);
    assert_eq!(levels(found.matches().backs()), [(2.5, 9.0), (3.0, 4.0)]);
    assert!(found.matches().lays().is_empty());
    let strategies: Vec<_> =
        found.strategies().map(|(name, s)| (name, levels(s.backs()), s.lays().len())).collect();
    assert_eq!(strategies, [("s", vec![(2.0, 7.0)], 0), ("t", vec![], 0)]);
}

#[test]
fn a_full_image_replaces_and_an_empty_one_leaves_nothing() {
    let first = ocm(&format!(r#""uo":[{}],"mb":[[2,1]]"#, order("9", "E", 7.0)));
    let replaced = orders(&[&first, &ocm(&format!(r#""fullImage":true,"uo":[{}]"#, order("7", "E", 1.0)))]);
    assert_eq!((open(&replaced), runner(&replaced).matches().backs().len()), (vec!["7"], 0));
    let emptied = orders(&[&first, &ocm(r#""fullImage":true"#)]);
    assert!(open(&emptied).is_empty());
    let mut of_market = orders(&[
        &first,
        r#"{"op":"ocm","pt":8,"oc":[{"id":"1.1","fullImage":true,"closed":true,"accountId":4}]}"#,
    ]);
    let market = of_market.market("1.1").expect("market");
    assert_eq!(
        (market.runners().len(), market.is_closed(), market.account_id(), market.publish_time()),
        (0, true, "4", 8)
    );
    assert!(of_market.forget("1.1") && !of_market.forget("1.1"));
}

#[test]
fn an_image_drops_all_and_other_messages_are_passed_over() {
    let orders = orders(&[
        &ocm(r#""mb":[[2,1]]"#),
        r#"{"op":"mcm","pt":1,"mc":[{"id":"1.9","rc":[{"id":1,"ltp":2}]}]}"#,
        r#"{"op":"ocm","pt":9,"ct":"SUB_IMAGE","initialClk":"I","oc":[{"id":"1.2","orc":[{"id":6,"hc":-0.5},{"id":6}]}]}"#,
        r#"{"op":"ocm","pt":9,"ct":"HEARTBEAT","clk":"D","status":503}"#,
    ]);
    let runners = |id: &str| {
        orders.market(id).map(|market| market.runners().map(|(id, hc, _)| (id, hc)).collect::<Vec<_>>())
    };
    assert_eq!((runners("1.1"), runners("1.2")), (None, Some(vec![(6, -0.5), (6, 0.0)])));
    assert_eq!(
        (
            orders.session().clk(),
            orders.session().initial_clk(),
            orders.session().passed_over(),
            orders.updates()
        ),
        (Some("D"), Some("I"), 1, 2)
    );
    assert!(orders.session().late() && orders.session().image_complete());
}

#[test]
fn changes_of_another_subscription_are_left_out() {
    let mut orders = Orders::new(&OrderOptions { subscription: Some(3), ..OrderOptions::default() });
    assert_eq!(orders.apply(ocm(r#""mb":[[2,1]]"#).as_bytes()), 0);
    orders.session_mut().follow(Some(2));
    assert_eq!(orders.apply(ocm(r#""mb":[[2,1]]"#).as_bytes()), 1);
    assert_eq!((orders.session().other_subscriptions(), orders.session().subscription()), (1, Some(2)));
}

#[test]
fn a_broken_line_changes_nothing_and_bounds_hold() {
    for (broken, reason) in [
        (ocm(r#""uo":[{"p":1}]"#), "`id of an order` is missing"),
        (ocm(r#""mb":[[2,1]],"uo":[{"id":"1","s":"x"}]"#), "`s` must be a number"),
        (ocm(r#""mb":[[2,1]],"ml":[[2,-1]]"#), "`ml` must be a size of 0 or more"),
        (r#"{"op":"ocm","pt":1,"oc":[{"orc":[]}]}"#.into(), "`id of a market` is missing"),
        (r#"{"op":"ocm","oc":[{"id":"1.1"}]}"#.into(), "`pt` is missing"),
    ] {
        let mut orders = Orders::new(&OrderOptions::default());
        orders.apply(broken.as_bytes());
        assert_eq!(orders.problems().kept()[0].reason.to_string(), reason, "{broken}");
        assert_eq!((orders.markets().len(), orders.updates()), (0, 0));
    }
    let mut few = Orders::new(&OrderOptions { max_held: 3, ..OrderOptions::default() });
    let many: Vec<String> = (0..9).map(|id| order(&id.to_string(), "E", 1.0)).collect();
    few.apply(ocm(&format!(r#""uo":[{}]"#, many.join(","))).as_bytes());
    assert_eq!(open(&few), ["0", "1"]);
    assert_eq!(few.problems().kept()[0].reason, Reason::Limit("orders"));
    let mut strict = Orders::new(&OrderOptions { strict: true, ..OrderOptions::default() });
    strict.apply(ocm(&format!(r#""uo":[{}]"#, order("9", "E", 7.0))).as_bytes());
    assert_eq!(strict.problems().kept()[0].reason, Reason::UnknownKey("new".into()));
}
