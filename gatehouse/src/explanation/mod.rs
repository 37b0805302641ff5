//! Why a gate decided as it did: what [`Bound::explain`](crate::Bound::explain) gives.
//!
//! ```
//! use gatehouse::explanation::PolicyOutcome;
//! use gatehouse::prelude::*;
//! # struct User { id: u64 } struct Document { owner: u64, org: u64 }
//! # struct Documents;
//! # impl Domain for Documents {
//! #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
//! # }
//! fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
//!
//! /// Owners see their documents.
//! #[policy]
//! fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
//!
//! /// Members of the organisation see its documents.
//! #[policy]
//! async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
//!
//! static GATE: Gate<Documents, (owner, member)> = Gate::new();
//!
//! # struct Nobody;
//! # impl FactSource<OrgMember> for Nobody {
//! #     async fn load(&self, _: &[OrgMember]) -> Result<Loaded<OrgMember>, FactError> { Ok(Loaded::new()) }
//! # }
//! # #[derive(Sources)] struct AppFacts { #[loads(OrgMember)] db: Nobody }
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! # let session = Session::new(AppFacts { db: Nobody });
//! # let (user, doc) = (User { id: 7 }, Document { owner: 8, org: 3 });
//! let explanation = GATE.bind(&session, &user, &()).explain(&doc).await;
//! assert!(explanation.decision.is_deny());
//! assert_eq!(explanation.policies[0].outcome, PolicyOutcome::DoesNotApply);
//!
//! let met = &explanation.policies[1].conditions[0];
//! assert_eq!(met.condition.unwrap().text, "OrgMember(user.id, doc.org).await");
//! assert_eq!(met.held, Some(false));
//! assert_eq!(met.facts[0].key, "OrgMember { user: 7, org: 3 }");
//! assert_eq!(
//!     explanation.counterfactuals[0].to_string(),
//!     "would be allowed if `doc.owner == user.id` held, all else unchanged (`owner`)",
//! );
//! println!("{}", explanation.colored());
//! # }
//! ```

// - `data`: an explanation, its policies, its counterfactuals; `conditions`: conditions and facts;
// - `serialize`: how policies and decisions serialise in it;
// - `tree`, `markdown`: how an explanation is shown; `excerpt`: how much of it.
mod conditions;
mod data;
mod excerpt;
mod markdown;
#[cfg(feature = "serde")]
mod serialize;
mod tree;

pub use self::conditions::{ConditionMet, ConsultedFact, FactFound, FactRead};
pub use self::data::{Counterfactual, Explanation, PolicyExplanation, PolicyOutcome};
pub use crate::text::FactText;
