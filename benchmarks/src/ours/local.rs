//! Rules without facts.

use gatehouse::bounds::{LocalSet, PolicySet};
use gatehouse::prelude::*;

use super::{AppFacts, Documents};
use crate::data::{Document, User};

#[policy(forbid)]
pub fn archived(_: _, doc: &Document) -> bool {
    doc.archived
}

#[policy]
pub fn admin(user: &User) -> bool {
    user.admin
}

#[policy]
pub fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

#[policy]
pub fn public(_: _, doc: &Document) -> bool {
    doc.public
}

/// One policy for each label: its documents are for those who are cleared for it.
macro_rules! labels {
    ($($name:ident = $label:literal;)*) => {
        $(
            #[policy]
            pub fn $name(user: &User, doc: &Document) -> bool {
                doc.label == $label && user.clearance >= $label
            }
        )*
    };
}

labels! {
    label_1 = 1;
    label_2 = 2;
    label_3 = 3;
    label_4 = 4;
    label_5 = 5;
    label_6 = 6;
    label_7 = 7;
    label_8 = 8;
    label_9 = 9;
    label_10 = 10;
    label_11 = 11;
    label_12 = 12;
    label_13 = 13;
    label_14 = 14;
    label_15 = 15;
    label_16 = 16;
    label_17 = 17;
    label_18 = 18;
    label_19 = 19;
    label_20 = 20;
    label_21 = 21;
    label_22 = 22;
    label_23 = 23;
    label_24 = 24;
    label_25 = 25;
    label_26 = 26;
    label_27 = 27;
    label_28 = 28;
    label_29 = 29;
    label_30 = 30;
    label_31 = 31;
    label_32 = 32;
    label_33 = 33;
    label_34 = 34;
    label_35 = 35;
    label_36 = 36;
    label_37 = 37;
    label_38 = 38;
    label_39 = 39;
    label_40 = 40;
    label_41 = 41;
    label_42 = 42;
    label_43 = 43;
    label_44 = 44;
    label_45 = 45;
    label_46 = 46;
    label_47 = 47;
    label_48 = 48;
    label_49 = 49;
    label_50 = 50;
    label_51 = 51;
    label_52 = 52;
    label_53 = 53;
    label_54 = 54;
    label_55 = 55;
    label_56 = 56;
    label_57 = 57;
    label_58 = 58;
    label_59 = 59;
    label_60 = 60;
}

type Labels1To12 = (
    label_1,
    label_2,
    label_3,
    label_4,
    label_5,
    label_6,
    label_7,
    label_8,
    label_9,
    label_10,
    label_11,
    label_12,
);
type Labels13To24 = (
    label_13,
    label_14,
    label_15,
    label_16,
    label_17,
    label_18,
    label_19,
    label_20,
    label_21,
    label_22,
    label_23,
    label_24,
);
type Labels25To36 = (
    label_25,
    label_26,
    label_27,
    label_28,
    label_29,
    label_30,
    label_31,
    label_32,
    label_33,
    label_34,
    label_35,
    label_36,
);
type Labels37To48 = (
    label_37,
    label_38,
    label_39,
    label_40,
    label_41,
    label_42,
    label_43,
    label_44,
    label_45,
    label_46,
    label_47,
    label_48,
);
type Labels49To60 = (
    label_49,
    label_50,
    label_51,
    label_52,
    label_53,
    label_54,
    label_55,
    label_56,
    label_57,
    label_58,
    label_59,
    label_60,
);

pub type Four = (archived, admin, owner, public);
pub type Sixteen = (Four, Labels1To12);
pub type SixtyFour = (Four, Labels1To12, Labels13To24, Labels25To36, Labels37To48, Labels49To60);

pub static ONE: Gate<Documents, owner> = Gate::new();
pub static FOUR: Gate<Documents, Four> = Gate::new();
pub static SIXTEEN: Gate<Documents, Sixteen> = Gate::new();
pub static SIXTY_FOUR: Gate<Documents, SixtyFour> = Gate::new();

/// One check without async.
#[inline(never)]
pub fn check_local<S>(
    gate: &Gate<Documents, S>,
    session: &Session<AppFacts>,
    user: &User,
    doc: &Document,
) -> bool
where
    S: PolicySet<Documents, AppFacts> + LocalSet,
{
    gate.bind(session, user, &()).check_local(doc).is_allow()
}

/// One check.
#[inline(never)]
pub async fn check<S: PolicySet<Documents, AppFacts>>(
    gate: &Gate<Documents, S>,
    session: &Session<AppFacts>,
    user: &User,
    doc: &Document,
) -> bool {
    gate.bind(session, user, &()).check(doc).await.is_allow()
}

/// One check, and why, as text.
#[inline(never)]
pub async fn explain<S: PolicySet<Documents, AppFacts>>(
    gate: &Gate<Documents, S>,
    session: &Session<AppFacts>,
    user: &User,
    doc: &Document,
) -> String {
    gate.bind(session, user, &()).explain(doc).await.to_string()
}
