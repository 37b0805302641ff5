//! Casbin 2: policies in rows, matchers in its language, both loaded beforehand.

use casbin::{CoreApi, DefaultModel, Enforcer, MgmtApi};
use futures::executor::block_on;
use serde::Serialize;

use crate::data::{
    ANN, Document, ROLES, Relation, User, folders as all_folders, parent, relates, role_of,
};

/// Its documentation's model for many attribute-based rules: a rule in each row.
const RULES: &str = "
[request_definition]
r = sub, obj
[policy_definition]
p = sub_rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = eval(p.sub_rule)
";

/// Its documentation's model for roles.
const ROLE_MODEL: &str = "
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && r.obj == p.obj && r.act == p.act
";

/// Its documentation's model for roles of resources: folders in folders.
const FOLDER_MODEL: &str = "
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub) && g2(r.obj, p.obj) && r.act == p.act
";

#[derive(Clone, Serialize, Hash)]
struct Subject {
    id: u32,
    admin: bool,
    clearance: u32,
}

#[derive(Clone, Serialize, Hash)]
struct Object {
    owner: u32,
    label: u32,
    /// `public` is a word of its language.
    is_public: bool,
    archived: bool,
}

fn enforcer(model: &str) -> Enforcer {
    let model = block_on(DefaultModel::from_str(model)).expect("a model");
    block_on(Enforcer::new(model, ())).expect("an enforcer")
}

fn with_rules(rules: impl IntoIterator<Item = (String, &'static str)>) -> Enforcer {
    let mut enforcer = enforcer(RULES);
    let rows = rules.into_iter().map(|(rule, effect)| vec![rule, effect.to_owned()]);
    block_on(enforcer.add_policies(rows.collect())).expect("policies");
    enforcer
}

/// One rule.
#[must_use]
pub fn one() -> Enforcer {
    with_rules([("r.obj.owner == r.sub.id".to_owned(), "allow")])
}

/// The four rules, and as many labels.
#[must_use]
pub fn four_and(labels: u32) -> Enforcer {
    let four = [
        ("r.obj.archived", "deny"),
        ("r.sub.admin", "allow"),
        ("r.obj.owner == r.sub.id", "allow"),
        ("r.obj.is_public", "allow"),
    ];
    let four = four.map(|(rule, effect)| (rule.to_owned(), effect));
    let label = |it| (format!("r.obj.label == {it} && r.sub.clearance >= {it}"), "allow");
    with_rules(four.into_iter().chain((1..=labels).map(label)))
}

/// A row for each role and one for each user.
#[must_use]
pub fn roles() -> Enforcer {
    let mut enforcer = enforcer(ROLE_MODEL);
    let grants =
        (0..ROLES).map(|it| vec![format!("role{it}"), format!("document{it}"), "read".to_owned()]);
    block_on(enforcer.add_policies(grants.collect())).expect("policies");
    let holders = (0..ROLES).map(|it| vec![format!("user{it}"), format!("role{}", role_of(it))]);
    block_on(enforcer.add_grouping_policies(holders.collect())).expect("roles");
    enforcer
}

/// A row for each folder that Ann was given, and one for what each folder and document lies in.
#[must_use]
pub fn folders(docs: &[Document]) -> Enforcer {
    let mut enforcer = enforcer(FOLDER_MODEL);
    let folder = |it: u32| format!("folder{it}");
    let granted = all_folders().filter(|it| relates(Relation::FolderGrant, *it));
    let grants = granted.map(|it| vec![format!("user{}", ANN.id), folder(it), "read".to_owned()]);
    block_on(enforcer.add_policies(grants.collect())).expect("policies");
    let tree = all_folders().filter_map(|it| Some(vec![folder(it), folder(parent(it)?)]));
    let docs = docs.iter().map(|doc| vec![format!("document{}", doc.id), folder(doc.folder)]);
    block_on(enforcer.add_named_grouping_policies("g2", tree.chain(docs).collect()))
        .expect("folders");
    enforcer
}

/// One check by attributes.
#[inline(never)]
#[must_use]
pub fn check(enforcer: &Enforcer, user: &User, doc: &Document) -> bool {
    let subject = Subject { id: user.id, admin: user.admin, clearance: user.clearance };
    let Document { owner, label, public, archived, .. } = *doc;
    enforcer
        .enforce((subject, Object { owner, label, is_public: public, archived }))
        .expect("a decision")
}

/// One check by role or by folder; names are made beforehand.
#[inline(never)]
#[must_use]
pub fn check_names(enforcer: &Enforcer, user: &str, doc: &str) -> bool {
    enforcer.enforce((user, doc, "read")).expect("a decision")
}
