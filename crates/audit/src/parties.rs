//! Parties with their logins, accounts, passwords and apps.

use crate::images::text_of_key;
use crate::keyed::Keyed;
use crate::report::{FindingKind, Findings};
use crate::shape::balance_account;
use base::{AppId, PartyId, Slot};
use engine::{Key, Table, Tabled};
use foldhash::fast::FixedState;
use ledger::{Account, AccountKind};
use money::Currency;
use people::{
    AccountClass, App, ApplicationState, Credential, DEVICES_MAX, DIGEST_MARK, Device, GONE_MARK,
    KEEPS_STATUS, Login, MerchantApplication, PASSKEYS_MAX, Party, PartyKind, Passkey, Profile, SignIn,
    SlotHead, documents_needed, login_of_address,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use trade::Order;

#[derive(Debug)]
struct Known {
    merchant: bool,
    login: u128,
    has_login: bool,
    has_account: bool,
    /// A registered person, who has a profile.
    person: bool,
    has_profile: bool,
    /// Whether its address is somebody else's by now, so that nobody signs in to it.
    gone: bool,
}

/// What is known of the parties.
#[derive(Debug)]
pub(crate) struct Parties {
    keyed: Keyed,
    parties: HashMap<PartyId, Known, FixedState>,
    /// Whose each app is.
    sellers: HashMap<AppId, PartyId, FixedState>,
    /// Passkeys by owner and number.
    passkeys: BTreeSet<(PartyId, u64)>,
    /// Parties and apps that are there, per slot.
    found: BTreeMap<Slot, (u64, u64)>,
    /// Parties and apps that were issued, per slot.
    issued: BTreeMap<Slot, (u64, u64)>,
}

impl Parties {
    pub(crate) fn new(keyed: Keyed) -> Parties {
        let (found, issued) = (BTreeMap::new(), BTreeMap::new());
        let passkeys = BTreeSet::new();
        Parties { keyed, parties: HashMap::default(), sellers: HashMap::default(), passkeys, found, issued }
    }

    pub(crate) fn party(&mut self, party: &Party, findings: &mut Findings) {
        let slot = party.slot;
        let gone = party.login.as_str() == format!("{GONE_MARK}{}", party.id);
        let in_slot = gone || Slot::of_text(party.login.as_str()) == slot;
        if party.id.slot() != slot || !in_slot || party.id.is_platform() {
            let key = text_of_key(&Party::wrap_key((slot, party.id)));
            findings.add(
                FindingKind::PartyWrong,
                "party",
                key,
                "its id or its login does not belong to its slot",
            );
        }
        let (merchant, login) = (party.kind == PartyKind::Merchant, self.keyed.text(party.login.as_str()));
        let person = party.class.is_person();
        let digested = gone || party.login.as_str().starts_with(DIGEST_MARK);
        let kind_fits = match party.class {
            AccountClass::Merchant => merchant,
            AccountClass::Sandbox
            | AccountClass::Unverified
            | AccountClass::One
            | AccountClass::Two
            | AccountClass::Three => !merchant,
        };
        if !kind_fits || person != digested || person != party.login_masked.is_some() {
            let key = text_of_key(&Party::wrap_key((slot, party.id)));
            let message = "its class is none of its kind, or its login is not of its class";
            findings.add(FindingKind::PartyWrong, "party", key, message);
        }
        let known =
            Known { merchant, login, has_login: false, has_account: false, person, has_profile: false, gone };
        self.parties.insert(party.id, known);
        self.found.entry(slot).or_default().0 += 1;
    }

    pub(crate) fn login(&mut self, login: &Login, findings: &mut Findings) {
        let name = self.keyed.text(login.login.as_str());
        let known = self.parties.get_mut(&login.party).filter(|known| known.login == name);
        if Slot::of_text(login.login.as_str()) == login.slot
            && let Some(known) = known
        {
            known.has_login = true;
            return;
        }
        let key = text_of_key(&Login::wrap_key((login.slot, login.login.clone())));
        let message = format!("party {} is not there, or signs in with another name", login.party);
        findings.add(FindingKind::LoginWrong, "login", key, message);
    }

    pub(crate) fn credential(&self, credential: &Credential, findings: &mut Findings) {
        let key = Credential::wrap_key((credential.slot, credential.party));
        self.owner(Table::Credential, &key, credential.party, findings);
    }

    /// A person's sealed data: its address is the one that the party signs in with.
    pub(crate) fn profile(&mut self, profile: &Profile, findings: &mut Findings) {
        let key = Profile::wrap_key((profile.slot, profile.party));
        self.owner(Table::Profile, &key, profile.party, findings);
        let login = profile.address.map(|address| self.keyed.text(login_of_address(&address).as_str()));
        let Some(known) = self.parties.get_mut(&profile.party) else { return };
        known.has_profile = true;
        let fits = match login {
            Some(login) => login == known.login,
            None => known.gone,
        };
        if !fits || !known.person {
            let message = "it is no registered person's, or its address is not the login";
            findings.add(FindingKind::LoginWrong, "profile", text_of_key(&key), message);
        }
    }

    /// A login password: of somebody who can sign in.
    pub(crate) fn sign_in(&self, row: &SignIn, findings: &mut Findings) {
        let key = SignIn::wrap_key((row.slot, row.party));
        self.owner(Table::SignIn, &key, row.party, findings);
        let fits = self.parties.get(&row.party).is_none_or(|known| known.person && !known.gone);
        if !fits || row.judged > row.tried {
            let message = "its party does not sign in, or a try was judged that never was";
            findings.add(FindingKind::LoginWrong, "sign_in", text_of_key(&key), message);
        }
    }

    /// A session: of a person, in one of the ten places, used since it began; after the passkeys, one of which it may
    /// have begun with, and ends with.
    pub(crate) fn device(&self, device: &Device, findings: &mut Findings) {
        let key = Device::wrap_key((device.slot, device.party, device.place));
        self.owner(Table::Device, &key, device.party, findings);
        let person = self.parties.get(&device.party).is_none_or(|known| known.person && !known.gone);
        let proven = device.passkey.is_none_or(|no| self.passkeys.contains(&(device.party, no)));
        if !person || device.place >= DEVICES_MAX || device.seen_at_us < device.since_us || !proven {
            let message = "its party does not sign in, or it has no place, or was used before it began, or its \
                           passkey is gone";
            findings.add(FindingKind::LoginWrong, "device", text_of_key(&key), message);
        }
    }

    /// A passkey: of a person who signs in, in one of the ten places, used since it was added.
    pub(crate) fn passkey(&mut self, passkey: &Passkey, findings: &mut Findings) {
        let key = Passkey::wrap_key((passkey.slot, passkey.party, passkey.place));
        self.owner(Table::Passkey, &key, passkey.party, findings);
        let person = self.parties.get(&passkey.party).is_none_or(|known| known.person && !known.gone);
        if !person || passkey.place >= PASSKEYS_MAX || passkey.used_at_us < passkey.added_at_us {
            let message = "its party does not sign in, or it has no place, or was used before it was added";
            findings.add(FindingKind::LoginWrong, "passkey", text_of_key(&key), message);
        }
        self.passkeys.insert((passkey.party, passkey.no));
    }

    /// A row that belongs to a party: the party is there, in the same slot.
    pub(crate) fn owner(&self, table: Table, key: &Key, party: PartyId, findings: &mut Findings) {
        if !self.parties.contains_key(&party) || party.slot() != key.slot() {
            let message = format!("party {party} is not there, or not of this slot");
            findings.add(FindingKind::PartyWrong, table.name(), text_of_key(key), message);
        }
    }

    pub(crate) fn head(&mut self, head: &SlotHead) {
        self.issued.insert(head.slot, (head.parties, head.apps));
    }

    pub(crate) fn app(&mut self, app: &App, findings: &mut Findings) {
        self.found.entry(app.slot).or_default().1 += 1;
        self.sellers.insert(app.id, app.seller);
        let merchant = self.parties.get(&app.seller).is_some_and(|known| known.merchant);
        if !merchant || app.seller.slot() != app.slot || app.id.slot() != app.slot {
            let key = text_of_key(&App::wrap_key((app.slot, app.id)));
            let message = format!("{} is no merchant of its slot", app.seller);
            findings.add(FindingKind::PartyWrong, "app", key, message);
        }
    }

    /// An application: signed ones name a merchant and its app, and no others do; who was turned down knows why.
    pub(crate) fn application(&self, row: &MerchantApplication, findings: &mut Findings) {
        use ApplicationState as S;
        let signed = match row.state {
            S::Signed | S::Suspended | S::Unsigned => true,
            S::Init | S::MerchantConfirm | S::Auditing | S::AuditPass | S::AuditReject => false,
        };
        let complete = match row.state {
            S::Init | S::AuditReject => true,
            S::MerchantConfirm | S::Auditing | S::AuditPass | S::Signed | S::Suspended | S::Unsigned => {
                documents_needed(row.kind, row.site.is_some()) & !row.documents == 0 && row.name_matches
            }
        };
        let merchant = match (row.merchant, row.app) {
            (Some(merchant), Some(app)) => {
                let known = self.parties.get(&merchant);
                let fits = known.is_some_and(|known| {
                    known.merchant && known.login == self.keyed.text(row.login.as_str())
                });
                signed && fits && self.seller_of(app) == Some(merchant)
            }
            (None, None) => !signed,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let reviewed = match row.state {
            S::AuditReject => row.reasons & !KEEPS_STATUS != 0 && row.reviewer.is_some(),
            S::Suspended => row.reasons & !KEEPS_STATUS == 0,
            S::Init | S::MerchantConfirm | S::Auditing | S::AuditPass | S::Signed | S::Unsigned => {
                row.reasons & KEEPS_STATUS == 0
            }
        };
        let in_slot = Slot::of_text(row.login.as_str()) == row.slot;
        if !complete || !merchant || !reviewed || !in_slot {
            let key = text_of_key(&MerchantApplication::wrap_key((row.slot, row.login.clone())));
            let message = "its state is not what its documents, its review or its merchant say";
            findings.add(FindingKind::ApplicationWrong, "merchant_application", key, message);
        }
    }

    /// Whose app it is.
    pub(crate) fn seller_of(&self, app: AppId) -> Option<PartyId> {
        self.sellers.get(&app).copied()
    }

    pub(crate) fn account(&mut self, account: &Account, findings: &mut Findings) {
        if account.kind != AccountKind::Balance {
            return;
        }
        let key = Account::wrap_key((account.slot, account.id));
        self.owner(Table::Account, &key, account.owner, findings);
        if account.id == balance_account(account.owner, Currency::Cny)
            && let Some(known) = self.parties.get_mut(&account.owner)
        {
            known.has_account = true;
        }
    }

    pub(crate) fn seller(&self, order: &Order, findings: &mut Findings) {
        self.owner(Table::Order, &Order::wrap_key((order.slot, order.no)), order.seller, findings);
    }

    pub(crate) fn finish(self, findings: &mut Findings) {
        for (id, known) in &self.parties {
            let key = || text_of_key(&Party::wrap_key((id.slot(), *id)));
            if known.person && !known.has_profile {
                findings.add(FindingKind::PartyWrong, "party", key(), "no profile is there");
            }
            if !known.has_login && !known.gone {
                findings.add(FindingKind::LoginWrong, "party", key(), "no login names it");
            }
            if !known.has_account {
                findings.add(FindingKind::PartyWrong, "party", key(), "it has no balance account");
            }
        }
        let slots: Vec<Slot> = Slot::all().collect();
        for slot in slots {
            let found = self.found.get(&slot).copied().unwrap_or_default();
            let issued = self.issued.get(&slot).copied().unwrap_or_default();
            if found != issued {
                let message = format!(
                    "{} parties and {} apps were issued, {} and {} are there",
                    issued.0, issued.1, found.0, found.1
                );
                findings.add(FindingKind::HeadWrong, "slot_head", format!("slot={}", slot.number()), message);
            }
        }
    }
}
