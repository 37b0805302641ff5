//! Cedar 4: policies in its language, entities made beforehand. It loads nothing.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::data::{ANN, Document, ROLES, Relation, User, folders, parent, relates, role_of};

/// Policies, entities and requests: all that can be made before a check.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

fn uid(kind: &str, id: u32) -> EntityUid {
    format!("{kind}::\"{id}\"").parse().expect("an entity")
}

/// What is asked about one document.
#[must_use]
pub fn request(user: &User, doc: &Document) -> Request {
    let read = "Action::\"read\"".parse().expect("an action");
    let context = Context::empty();
    Request::new(uid("User", user.id), read, uid("Document", doc.id), context, None)
        .expect("a request")
}

fn number(value: u32) -> RestrictedExpression {
    RestrictedExpression::new_long(value.into())
}

fn attributes<const N: usize>(
    of: [(&str, RestrictedExpression); N],
) -> HashMap<String, RestrictedExpression> {
    of.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn user(user: &User, groups: HashSet<EntityUid>) -> Entity {
    let granted = folders().filter(|it| relates(Relation::FolderGrant, *it));
    let granted = granted.map(|it| RestrictedExpression::new_entity_uid(uid("Folder", it)));
    let of = attributes([
        ("admin", RestrictedExpression::new_bool(user.admin)),
        ("clearance", number(user.clearance)),
        ("folders", RestrictedExpression::new_set(granted)),
    ]);
    Entity::new(uid("User", user.id), of, groups).expect("a user")
}

fn document(doc: &Document) -> Entity {
    let of = attributes([
        ("owner", RestrictedExpression::new_entity_uid(uid("User", doc.owner))),
        ("label", number(doc.label)),
        ("public", RestrictedExpression::new_bool(doc.public)),
        ("archived", RestrictedExpression::new_bool(doc.archived)),
    ]);
    let folder = HashSet::from([uid("Folder", doc.folder)]);
    Entity::new(uid("Document", doc.id), of, folder).expect("a document")
}

const OWNER: &str = "permit (principal, action, resource) when { resource.owner == principal };\n";

const FOUR: &str = "
forbid (principal, action, resource) when { resource.archived };
permit (principal, action, resource) when { principal.admin };
permit (principal, action, resource) when { resource.owner == principal };
permit (principal, action, resource) when { resource.public };
";

const FOLDERS: &str =
    "permit (principal, action, resource) when { resource in principal.folders };\n";

impl Cedar {
    fn new(policies: &str, entities: impl IntoIterator<Item = Entity>) -> Self {
        Self {
            authorizer: Authorizer::new(),
            policies: policies.parse().expect("policies"),
            entities: Entities::from_entities(entities, None).expect("entities"),
        }
    }

    /// One rule.
    #[must_use]
    pub fn one(doc: &Document) -> Self {
        Self::new(OWNER, [user(&ANN, HashSet::new()), document(doc)])
    }

    /// The four rules, and as many labels.
    #[must_use]
    pub fn four_and(labels: u32, doc: &Document) -> Self {
        let mut policies = FOUR.to_owned();
        for label in 1..=labels {
            let _ = writeln!(
                policies,
                "permit (principal, action, resource)
                 when {{ resource.label == {label} && principal.clearance >= {label} }};"
            );
        }
        Self::new(&policies, [user(&ANN, HashSet::new()), document(doc)])
    }

    /// A policy for each role; users are in their roles.
    #[must_use]
    pub fn roles(doc: &Document) -> Self {
        let mut policies = String::new();
        for role in 0..ROLES {
            let _ = writeln!(
                policies,
                "permit (principal in Role::\"{role}\", action == Action::\"read\",
                         resource == Document::\"{role}\");"
            );
        }
        let users = (0..ROLES)
            .map(|id| user(&User { id, ..ANN }, HashSet::from([uid("Role", role_of(id))])));
        let roles = (0..ROLES).map(|it| Entity::new_no_attrs(uid("Role", it), HashSet::new()));
        Self::new(&policies, users.chain(roles).chain([document(doc)]))
    }

    /// Documents are in folders, folders in folders; users have a set of folders.
    #[must_use]
    pub fn folders(docs: &[Document]) -> Self {
        let above = |folder| parent(folder).map(|it| uid("Folder", it)).into_iter().collect();
        let tree = folders().map(|it| Entity::new_no_attrs(uid("Folder", it), above(it)));
        let docs = docs.iter().map(document);
        Self::new(FOLDERS, tree.chain(docs).chain([user(&ANN, HashSet::new())]))
    }

    /// One check.
    #[inline(never)]
    #[must_use]
    pub fn check(&self, request: &Request) -> bool {
        let answer = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        answer.decision() == Decision::Allow
    }

    /// One check, and the policies that decided it as text.
    #[inline(never)]
    #[must_use]
    pub fn explain(&self, request: &Request) -> String {
        let answer = self.authorizer.is_authorized(request, &self.policies, &self.entities);
        let mut text = format!("{:?}", answer.decision());
        for policy in answer.diagnostics().reason() {
            let _ = write!(text, " {policy}");
        }
        text
    }
}
