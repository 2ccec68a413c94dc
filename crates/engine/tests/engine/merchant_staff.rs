//! Staff of merchants: who may be it, who says so, and that the person's slot knows what the merchant's does.

use crate::registering::{ask, registered};
use crate::support::World;
use base::{PartyId, Slot, Text};
use engine::{Ask, Command, FindStaff, OpenParty, SetPartyStatus, SetStaff, StaffRefused};
use people::{
    MerchantStaff, PartyKind, PartyStatus, STAFF_EVER_OF_SELLER_MAX, STAFF_OF_SELLER_MAX, StaffBook,
    StaffNote, StaffPlace, StaffRole,
};

use StaffRefused::{
    NoOwnerLeft, NotOwner, NotStaff, PersonNotFound, SellerClosed, SellerNotFound, TooMany, TooManyEver,
};
use StaffRole::{Finance, Manager, Owner, Till, Viewer};

/// A merchant, and three persons who can sign in.
struct Shop {
    world: World,
    seller: PartyId,
    ann: PartyId,
    ben: PartyId,
    eve: PartyId,
}

fn shop() -> Shop {
    let mut world = World::new();
    let (kind, password) = (PartyKind::Merchant, None);
    let (login, name) = (Text::new("shop@example.com").unwrap(), Text::new("shop").unwrap());
    let seller = ask(&mut world, OpenParty { kind, login, name, password }).unwrap();
    let [ann, ben, eve] = [4, 5, 6].map(|number| registered(&mut world, [number; 16]));
    Shop { world, seller, ann, ben, eve }
}

impl Shop {
    fn wish(&self, by: Option<PartyId>, user: PartyId, role: StaffRole, active: bool) -> SetStaff {
        SetStaff { seller: self.seller, user, role, active, by }
    }

    /// A refusal changes nothing; what stands is in both slots, and counted.
    fn run(&mut self, wish: SetStaff) -> Result<(StaffRole, bool), StaffRefused> {
        let before = self.world.rows.clone();
        let told = ask(&mut self.world, wish);
        assert!(told.is_ok() || before == self.world.rows, "a refusal changes nothing");
        self.check();
        told.map(|row| (row.role, row.active))
    }

    fn set(
        &mut self,
        by: PartyId,
        user: PartyId,
        role: StaffRole,
    ) -> Result<(StaffRole, bool), StaffRefused> {
        self.run(self.wish(Some(by), user, role, true))
    }

    fn end(
        &mut self,
        by: PartyId,
        user: PartyId,
        role: StaffRole,
    ) -> Result<(StaffRole, bool), StaffRefused> {
        self.run(self.wish(Some(by), user, role, false))
    }

    fn appoint(&mut self, user: PartyId, role: StaffRole) -> Result<(StaffRole, bool), StaffRefused> {
        self.run(self.wish(None, user, role, true))
    }

    fn found(&mut self, user: PartyId) -> Option<StaffRole> {
        let seller = self.seller;
        match ask(&mut self.world, FindStaff { seller, user }) {
            Ok(found) => found,
            Err(never) => match never {},
        }
    }

    fn check(&self) {
        let rows: Vec<_> = self.world.all::<MerchantStaff>().cloned().collect();
        for row in &rows {
            let place = self.world.get::<StaffPlace>((row.user.slot(), row.user, row.seller)).unwrap();
            assert_eq!((place.role, place.active), (row.role, row.active), "{}", row.user);
        }
        assert_eq!(self.world.all::<StaffPlace>().count(), rows.len());
        let book = self.world.get::<StaffBook>((self.seller.slot(), self.seller));
        let notes: Vec<_> = self.world.all::<StaffNote>().map(|note| note.number).collect();
        let book = book.as_deref();
        assert_eq!(notes, (1..=book.map_or(0, |book| book.acts)).collect::<Vec<_>>(), "none is left out");
        let counted = book.map_or((0, 0, 0), |book| (book.staff, book.owners, book.ever));
        let count = |wanted: fn(&MerchantStaff) -> bool| {
            u32::try_from(rows.iter().filter(|row| wanted(row)).count()).unwrap()
        };
        assert_eq!(counted, (count(|row| row.active), count(MerchantStaff::is_owner), count(|_| true)));
    }
}

#[test]
fn owners_say_who_the_staff_is() {
    let mut shop = shop();
    let Shop { ann, ben, eve, .. } = shop;
    assert_eq!(shop.found(ann), None);
    assert_eq!(shop.appoint(ann, Owner), Ok((Owner, true)));
    assert_eq!(shop.appoint(ann, Owner), Ok((Owner, true)), "the same again");
    assert_eq!(shop.found(ann), Some(Owner));
    assert_eq!(shop.set(ann, ben, Till), Ok((Till, true)));
    let since = |shop: &Shop| shop.world.all::<MerchantStaff>().map(|row| row.since_us).max();
    let first = since(&shop);
    assert_eq!(shop.set(ann, ben, Till), Ok((Till, true)), "the same again");
    assert_eq!(since(&shop), first, "changes nothing");
    assert_eq!(shop.set(ann, ben, Manager), Ok((Manager, true)));
    assert!(since(&shop) > first);
    assert_eq!((shop.found(ben), shop.found(eve)), (Some(Manager), None));
    assert_eq!(shop.end(ann, ben, Manager), Ok((Manager, false)));
    assert_eq!(shop.end(ann, ben, Manager), Ok((Manager, false)), "the same again");
    assert_eq!(shop.found(ben), None);
    assert_eq!(shop.set(ann, ben, Finance), Ok((Finance, true)), "and comes back");
    let row = shop.world.all::<MerchantStaff>().find(|row| row.user == ben).cloned().unwrap();
    assert_eq!(row.set_by, Some(ann));
    shop.world.check();
}

#[test]
fn every_refusal_has_a_row() {
    let mut shop = shop();
    let Shop { seller, ann, ben, eve, .. } = shop;
    let no_seller = PartyId::issue(7, seller.slot()).unwrap();
    for not_seller in [no_seller, ann] {
        let wish = SetStaff { seller: not_seller, ..shop.wish(None, ann, Owner, true) };
        assert_eq!(shop.run(wish), Err(SellerNotFound));
    }
    assert_eq!(shop.appoint(ann, Manager), Err(NoOwnerLeft), "the first is an owner");
    assert_eq!(shop.set(ann, ann, Owner), Err(NotOwner), "nobody appoints itself");
    let nobody = PartyId::issue(7, Slot::new(42).unwrap()).unwrap();
    for no_person in [nobody, seller] {
        assert_eq!(shop.appoint(no_person, Owner), Err(PersonNotFound));
    }
    shop.appoint(ann, Owner).unwrap();
    assert_eq!(shop.set(ben, eve, Till), Err(NotOwner), "a stranger");
    shop.set(ann, ben, Manager).unwrap();
    assert_eq!(shop.set(ben, eve, Till), Err(NotOwner), "a manager");
    assert_eq!(shop.set(ben, nobody, Till), Err(NotOwner), "who may not ask hears of nobody");
    assert_eq!(shop.set(ben, ben, Manager), Err(NotOwner), "not even what is so already");
    assert_eq!(shop.end(ann, eve, Till), Err(NotStaff));
    assert_eq!(shop.set(ann, ann, Viewer), Err(NoOwnerLeft));
    assert_eq!(shop.end(ann, ann, Owner), Err(NoOwnerLeft));
    assert_eq!(shop.set(ann, nobody, Till), Err(PersonNotFound));
    shop.set(ann, ben, Owner).unwrap();
    assert_eq!(shop.end(ben, ann, Owner), Ok((Owner, false)), "one of two goes");
    assert_eq!(shop.set(ann, eve, Till), Err(NotOwner), "an owner who is none any more");
    ask(&mut shop.world, SetPartyStatus { party: eve, status: PartyStatus::Frozen }).unwrap();
    assert_eq!(shop.set(ben, eve, Till), Err(PersonNotFound), "who is frozen signs in nowhere");
    ask(&mut shop.world, SetPartyStatus { party: seller, status: PartyStatus::Closed }).unwrap();
    assert_eq!(shop.set(ben, eve, Till), Err(SellerClosed));
}

#[test]
fn who_steps_down_and_loses_the_answer_hears_it_again() {
    let mut shop = shop();
    let Shop { ann, ben, .. } = shop;
    shop.appoint(ann, Owner).unwrap();
    shop.set(ann, ben, Owner).unwrap();
    assert_eq!(shop.set(ann, ann, Viewer), Ok((Viewer, true)));
    assert_eq!(shop.set(ann, ann, Viewer), Ok((Viewer, true)), "the answer was lost");
    assert_eq!(shop.set(ann, ann, Owner), Err(NotOwner));
}

#[test]
fn there_is_room_for_so_many() {
    let mut shop = shop();
    let Shop { seller, ann, ben, .. } = shop;
    shop.appoint(ann, Owner).unwrap();
    let slot = seller.slot();
    let book = |staff, ever| StaffBook { slot, seller, staff, owners: 1, ever, acts: 0 };
    let wish = shop.wish(Some(ann), ben, Till, true);
    for (staff, ever, told) in [
        (STAFF_OF_SELLER_MAX, 1, Err(TooMany)),
        (STAFF_OF_SELLER_MAX, STAFF_EVER_OF_SELLER_MAX, Err(TooMany)),
        (1, STAFF_EVER_OF_SELLER_MAX, Err(TooManyEver)),
        (STAFF_OF_SELLER_MAX - 1, STAFF_EVER_OF_SELLER_MAX - 1, Ok(Till)),
    ] {
        shop.world.force(book(staff, ever));
        assert_eq!(ask(&mut shop.world, wish.clone()).map(|row| row.role), told, "{staff} {ever}");
    }
    // Whoever was there before needs no room of its own.
    let known = shop.wish(Some(ann), ben, Viewer, true);
    assert_eq!(ask(&mut shop.world, known).map(|row| row.role), Ok(Viewer));
}

#[test]
fn who_acts_stops_by_itself() {
    let mut shop = shop();
    let Shop { ann, ben, eve, .. } = shop;
    shop.appoint(ann, Owner).unwrap();
    shop.set(ann, ben, Till).unwrap();
    assert_eq!(shop.end(ann, ann, Owner), Err(NoOwnerLeft), "somebody stays");
    assert_eq!(shop.end(eve, eve, Till), Err(NotOwner), "a stranger");
    assert_eq!(shop.end(ben, ben, Owner), Err(NotOwner), "not with another role");
    assert_eq!(shop.end(ben, ann, Owner), Err(NotOwner), "nobody else");
    assert_eq!(shop.end(ben, ben, Till), Ok((Till, false)));
    assert_eq!(shop.end(ben, ben, Till), Ok((Till, false)), "the answer was lost");
    assert_eq!(shop.found(ben), None);
    assert_eq!(shop.set(ben, ben, Till), Err(NotOwner), "who has gone does not come back by itself");
    let all = shop.world.all::<StaffNote>();
    let notes: Vec<_> = all.map(|note| (note.user, note.act.to_string(), note.subject.to_string())).collect();
    let subject = format!("{ben} till");
    assert_eq!(
        notes,
        [(ann, "staff.set".to_owned(), subject.clone()), (ben, "staff.leave".to_owned(), subject)]
    );
    shop.world.check();
}

/// While the person's slot is asked, the merchant's may hear others.
#[test]
fn what_is_asked_is_judged_again() {
    for (asker_goes, told) in [(true, Err(NotOwner)), (false, Ok(Till))] {
        let mut shop = shop();
        let Shop { ann, ben, eve, .. } = shop;
        shop.appoint(ann, Owner).unwrap();
        shop.set(ann, ben, Owner).unwrap();
        let (user, role) = if asker_goes { (ann, Owner) } else { (eve, Till) };
        let meanwhile = shop.wish(Some(ben), user, role, !asker_goes);
        shop.world.between.push((3, Command::from(meanwhile)));
        let wish = shop.wish(Some(ann), eve, Till, true);
        assert_eq!(ask(&mut shop.world, wish).map(|row| row.role), told);
        let done = shop.world.between_replies.pop().unwrap();
        assert!(SetStaff::answer(done).is_some_and(|answer| answer.is_ok()), "the other was done");
        shop.check();
    }
}

#[test]
fn a_person_finds_every_merchant_to_act_for() {
    let mut shop = shop();
    let Shop { ann, .. } = shop;
    shop.appoint(ann, Owner).unwrap();
    let (kind, password) = (PartyKind::Merchant, None);
    let (login, name) = (Text::new("other@example.com").unwrap(), Text::new("other").unwrap());
    let other = ask(&mut shop.world, OpenParty { kind, login, name, password }).unwrap();
    let wish = SetStaff { seller: other, user: ann, role: Owner, active: true, by: None };
    ask(&mut shop.world, wish).unwrap();
    let sellers: Vec<PartyId> = shop.world.all::<StaffPlace>().map(|place| place.seller).collect();
    assert_eq!(sellers.len(), 2);
    assert!(sellers.contains(&other) && sellers.contains(&shop.seller));
}
