//! Regorus: policies in Rego, compiled for its virtual machine, data given beforehand. It loads nothing.

use std::fmt::Write;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Rc, Value};
use serde_json::json;

use crate::data::{
    ANN, Document, ROLES, Relation, User, folders as all_folders, parent, relates, role_of,
};

/// A virtual machine with a policy and data, ready for input.
pub struct Rego(RegoVM);

const FOUR: &str = "
package gate
default allow := false
allow if {
    not input.doc.archived
    granted
}
granted if input.user.admin
granted if input.doc.owner == input.user.id
granted if input.doc.public
";

const ONE: &str = "
package gate
default allow := false
allow if input.doc.owner == input.user.id
";

const BY_ROLE: &str = "
package gate
default allow := false
allow if {
    some role in data.roles[input.user.name]
    input.doc.name in data.reads[role]
}
";

const IN_FOLDER: &str = "
package gate
default allow := false
allow if {
    above := graph.reachable(data.parents, [input.doc.folder])
    some folder in above
    data.granted[input.user.name][folder]
}
";

fn name(id: u32) -> String {
    id.to_string()
}

/// What is asked about one document.
#[must_use]
pub fn input(user: &User, doc: &Document) -> Value {
    json!({
        "user": {
            "id": user.id, "name": name(user.id),
            "admin": user.admin, "clearance": user.clearance,
        },
        "doc": {
            "owner": doc.owner, "label": doc.label, "public": doc.public,
            "archived": doc.archived, "name": name(doc.id), "folder": name(doc.folder),
        },
    })
    .into()
}

impl Rego {
    fn new(policy: &str, data: serde_json::Value) -> Self {
        let mut engine = Engine::new();
        engine.add_policy("gate.rego".to_owned(), policy.to_owned()).expect("a policy");
        let data: Value = data.into();
        engine.add_data(data.clone()).expect("data");
        let allow = "data.gate.allow";
        let policy = engine.compile_with_entrypoint(&Rc::from(allow)).expect("a policy");
        let program = Compiler::compile_from_policy(&policy, &[allow]).expect("a program");
        let mut vm = RegoVM::new_with_policy(policy);
        vm.load_program(program);
        vm.set_data(data).expect("data");
        Self(vm)
    }

    /// One rule.
    #[must_use]
    pub fn one() -> Self {
        Self::new(ONE, json!({}))
    }

    /// The four rules, and as many labels.
    #[must_use]
    pub fn four_and(labels: u32) -> Self {
        let mut policy = FOUR.to_owned();
        for label in 1..=labels {
            let _ = writeln!(
                policy,
                "granted if {{ input.doc.label == {label}; input.user.clearance >= {label} }}"
            );
        }
        Self::new(&policy, json!({}))
    }

    /// Roles of users, and what roles read, as data.
    #[must_use]
    pub fn roles() -> Self {
        let object = |value: fn(u32) -> u32| -> serde_json::Map<_, _> {
            (0..ROLES).map(|it| (name(it), json!([name(value(it))]))).collect()
        };
        Self::new(BY_ROLE, json!({ "roles": object(role_of), "reads": object(|role| role) }))
    }

    /// The tree of folders as data.
    #[must_use]
    pub fn folders() -> Self {
        let above = |it| parent(it).map(name).into_iter().collect::<Vec<_>>();
        let parents: serde_json::Map<_, _> =
            all_folders().map(|it| (name(it), json!(above(it)))).collect();
        let granted = all_folders().filter(|it| relates(Relation::FolderGrant, *it));
        // An object's keys stand for a set, so that a rule looks up and does not search.
        let granted: serde_json::Map<_, _> = granted.map(|it| (name(it), json!(true))).collect();
        let mut granted_to = serde_json::Map::new();
        granted_to.insert(name(ANN.id), granted.into());
        Self::new(IN_FOLDER, json!({ "parents": parents, "granted": granted_to }))
    }

    /// One check.
    #[inline(never)]
    pub fn check(&mut self, input: &Value) -> bool {
        self.0.set_input(input.clone());
        self.0.execute().expect("a decision") == Value::from(true)
    }
}
