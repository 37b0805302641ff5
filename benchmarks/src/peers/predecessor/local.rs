//! Rules without facts, with its builder of policies.

use gatehouse_06::{Policy, PolicyBuilder};

use super::{Checker, Documents};

fn owner() -> Box<dyn Policy<Documents>> {
    PolicyBuilder::<Documents>::new("Owner").when(|user, (), doc, ()| doc.owner == user.id).build()
}

fn label(label: u32) -> Box<dyn Policy<Documents>> {
    PolicyBuilder::<Documents>::new(format!("Label{label}"))
        .when(move |user, (), doc, ()| doc.label == label && user.clearance >= label)
        .build()
}

/// One rule.
#[must_use]
pub fn one() -> Checker {
    let mut checker = Checker::new();
    checker.add_policy(owner());
    checker
}

/// The four rules, and as many labels.
#[must_use]
pub fn four_and(labels: u32) -> Checker {
    let mut checker = Checker::new();
    checker.add_veto(
        PolicyBuilder::<Documents>::new("Archived").resources(|doc| doc.archived).build_veto(),
    );
    checker
        .add_policy(PolicyBuilder::<Documents>::new("Admin").subjects(|user| user.admin).build());
    checker.add_policy(owner());
    checker
        .add_policy(PolicyBuilder::<Documents>::new("Public").resources(|doc| doc.public).build());
    for it in 1..=labels {
        checker.add_policy(label(it));
    }
    checker
}
