//! Stores of merchants: opened, renamed, closed, and what orders are told of them.

use crate::script::{Script, check};
use base::{PartyId, Text};
use engine::{CloseStore, OpenStore, Reply, StoreRefused};
use people::MerchantStore;

fn open(
    script: &mut Script,
    seller: PartyId,
    number: &str,
    name: &str,
) -> Result<MerchantStore, StoreRefused> {
    let (store_id, name) = (Text::new(number).unwrap(), Text::new(name).unwrap());
    let Some(Reply::OpenStore(told)) = script.world.run(OpenStore { seller, store_id, name }).reply else {
        panic!()
    };
    told.map(|store| (*store).clone())
}

fn close(script: &mut Script, seller: PartyId, number: &str) -> Result<MerchantStore, StoreRefused> {
    let store_id = Text::new(number).unwrap();
    let Some(Reply::CloseStore(told)) = script.world.run(CloseStore { seller, store_id }).reply else {
        panic!()
    };
    told.map(|store| (*store).clone())
}

fn named(script: &Script, order: &str) -> Option<String> {
    script.order(order).store_name.as_ref().map(|name| name.as_str().to_owned())
}

#[test]
fn an_order_keeps_the_name_that_its_store_had() {
    let mut script = check("person alice\nmerchant shop\nmerchant other\ntopup alice 100.00");
    let (shop, other) = (script.party("shop"), script.party("other"));
    script.play("page T0 shop 1.00 store=S1");
    assert_eq!(named(&script, "T0"), None, "any number is taken");
    let first = open(&mut script, shop, "S1", "by the lake").unwrap();
    open(&mut script, other, "S2", "elsewhere").unwrap();
    script.play("page T1 shop 1.00 store=S1\npage T2 shop 1.00 store=S2\npage T3 shop 1.00");
    assert_eq!(named(&script, "T1").as_deref(), Some("by the lake"));
    assert_eq!((named(&script, "T2"), named(&script, "T3")), (None, None), "another's store is none");
    let renamed = open(&mut script, shop, "S1", "on the hill").unwrap();
    assert_eq!(renamed.opened_at_us, first.opened_at_us);
    assert!(renamed.changed_at_us > first.changed_at_us);
    script.play("page T4 shop 1.00 store=S1");
    assert_eq!(named(&script, "T4").as_deref(), Some("on the hill"));
    assert_eq!(named(&script, "T1").as_deref(), Some("by the lake"), "what was opened keeps its name");
    let closed = close(&mut script, shop, "S1").unwrap();
    assert_eq!(close(&mut script, shop, "S1").unwrap(), closed, "the same again");
    script.play("page T5 shop 1.00 store=S1");
    assert_eq!(named(&script, "T5"), None);
    assert_eq!(open(&mut script, shop, "S1", "on the hill").unwrap().closed_at_us, None, "opened again");
}

#[test]
fn what_is_refused() {
    let mut script = check("person alice\nmerchant shop");
    let (alice, shop) = (script.party("alice"), script.party("shop"));
    assert_eq!(open(&mut script, alice, "S1", "a"), Err(StoreRefused::SellerNotFound));
    assert_eq!(close(&mut script, alice, "S1"), Err(StoreRefused::SellerNotFound));
    for (number, name) in [("", "a"), ("S1", ""), (" S1", "a"), ("S1", "a ")] {
        assert_eq!(open(&mut script, shop, number, name), Err(StoreRefused::Unnamed), "{number:?} {name:?}");
    }
    assert_eq!(close(&mut script, shop, "S1"), Err(StoreRefused::NotFound));
    open(&mut script, shop, "S1", "a").unwrap();
    script.play("status shop closed");
    assert_eq!(open(&mut script, shop, "S2", "a"), Err(StoreRefused::SellerClosed));
    assert_eq!(close(&mut script, shop, "S1"), Err(StoreRefused::SellerClosed));
}
