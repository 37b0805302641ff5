//! Plans as graphs, in the languages of Mermaid and Graphviz: a box for each load, a column for each
//! round, an arrow to each load that waits.

use std::fmt::Write;

use super::gate::GatePlan;
use super::info::Effect;
use super::rule::{Plan, PlannedLoad};
use super::text::rounds;

/// One box.
struct Node<'p> {
    id: String,
    /// Its lines: the round, the key, the guards.
    lines: Vec<String>,
    load: &'p PlannedLoad,
    forbids: bool,
}

/// The loads of a policy, or of a derived fact.
struct Group<'p> {
    /// The prefix of its boxes' names.
    id: String,
    title: String,
    nodes: Vec<Node<'p>>,
}

impl GatePlan {
    /// The plan as a Mermaid flowchart, which code hosts draw in Markdown between
    /// <code>\`\`\`mermaid</code> and <code>\`\`\`</code>.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64 }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// # fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    /// # #[policy]
    /// # async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
    /// static GATE: Gate<Documents, member> = Gate::new();
    ///
    /// assert!(GATE.plan().to_mermaid().starts_with("flowchart LR\n"));
    /// ```
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        let mut text = String::from("flowchart LR\n");
        let groups = self.groups();
        for group in &groups {
            let _ = writeln!(text, "  subgraph {}[\"{}\"]", group.id, mermaid(&group.title));
            let _ = writeln!(text, "    direction LR");
            for Node { id, lines, load, .. } in &group.nodes {
                let label: Vec<String> = lines.iter().map(|line| mermaid(line)).collect();
                let label = label.join("<br/>");
                let (open, close) = if is_derived(load) { ("[[", "]]") } else { ("[", "]") };
                let _ = writeln!(text, "    {id}{open}\"{label}\"{close}");
            }
            for (from, to) in group.arrows() {
                let _ = writeln!(text, "    {from} --> {to}");
            }
            text.push_str("  end\n");
            for Node { id, .. } in group.nodes.iter().filter(|node| node.forbids) {
                let _ = writeln!(text, "  style {id} stroke:#b00020");
            }
        }
        for (from, to) in self.derivations(&groups) {
            let _ = writeln!(text, "  {from} -.-> {to}");
        }
        text
    }

    /// The plan in the DOT language of Graphviz: `dot -Tsvg`.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # struct User { id: u64 } struct Document { org: u64 }
    /// # struct Documents;
    /// # impl Domain for Documents {
    /// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
    /// # }
    /// # fact! { pub OrgMember(user: u64, org: u64) -> bool = false; }
    /// # #[policy]
    /// # async fn member(user: &User, doc: &Document) -> bool { OrgMember(user.id, doc.org).await }
    /// static GATE: Gate<Documents, member> = Gate::new();
    ///
    /// assert!(GATE.plan().to_dot().starts_with("digraph plan {\n"));
    /// ```
    #[must_use]
    pub fn to_dot(&self) -> String {
        let mut text = String::from(
            "digraph plan {\n  rankdir=LR; compound=true;\n  node [shape=box, fontname=\"Helvetica\", \
             fontsize=11];\n  graph [fontname=\"Helvetica\", fontsize=12];\n",
        );
        let groups = self.groups();
        for group in &groups {
            let _ = writeln!(text, "  subgraph cluster_{} {{", group.id);
            let _ = writeln!(text, "    label={}; color=gray;", dot(&group.title));
            for Node { id, lines, load, forbids } in &group.nodes {
                let shape = if is_derived(load) { ", peripheries=2" } else { "" };
                let color = if *forbids { ", color=\"#b00020\"" } else { "" };
                let _ =
                    writeln!(text, "    {id} [label={}{shape}{color}];", dot(&lines.join("\n")));
            }
            for (from, to) in group.arrows() {
                let _ = writeln!(text, "    {from} -> {to};");
            }
            text.push_str("  }\n");
        }
        for (from, to) in self.derivations(&groups) {
            let first = format!("{to}_0");
            // An arrow back into its own group must not reverse the columns.
            let back = if from.starts_with(&format!("{to}_")) { ", constraint=false" } else { "" };
            let _ = writeln!(text, "  {from} -> {first} [style=dotted{back}, lhead=cluster_{to}];");
        }
        text.push_str("}\n");
        text
    }

    /// The policies that load, then the derived facts.
    fn groups(&self) -> Vec<Group<'_>> {
        let policies = self.policies().iter().enumerate().map(|(at, policy)| {
            let title = format!("{} {}", policy.effect, policy.name);
            Group::new(format!("p{at}"), title, &policy.plan, policy.effect == Effect::Forbid)
        });
        let derived = self.derived().iter().enumerate().map(|(at, fact)| {
            let cost = rounds(fact.plan.rounds, fact.plan.rounds_per_link);
            Group::new(format!("d{at}"), format!("{}: {cost}", fact.name), &fact.plan, false)
        });
        policies.chain(derived).filter(|group| !group.nodes.is_empty()).collect()
    }

    /// The arrows from each load of a derived fact to the group of that fact.
    fn derivations(&self, groups: &[Group<'_>]) -> Vec<(String, String)> {
        let mut arrows = Vec::new();
        for group in groups {
            for node in &group.nodes {
                let derivation = node.load.derivation();
                let at = self.derived().iter().position(|fact| Some(*fact) == derivation);
                arrows.extend(at.map(|at| (node.id.clone(), format!("d{at}"))));
            }
        }
        arrows
    }
}

impl<'p> Group<'p> {
    fn new(id: String, title: String, plan: &'p Plan, forbids: bool) -> Self {
        let nodes = plan.loads.iter().enumerate().map(|(at, load)| {
            let mut lines = vec![format!("round {}: {}", load.round, load.key)];
            lines.extend(load.guards.iter().map(ToString::to_string));
            Node { id: format!("{id}_{at}"), lines, load, forbids }
        });
        let nodes = nodes.collect();
        Self { id, title, nodes }
    }

    fn arrows(&self) -> Vec<(&str, &str)> {
        let to = self.nodes.iter();
        to.flat_map(|to| to.load.waits_for.iter().map(|from| (&*self.nodes[from.load].id, &*to.id)))
            .collect()
    }
}

fn is_derived(load: &PlannedLoad) -> bool {
    load.derivation().is_some()
}

/// Text inside the quotes of a Mermaid label.
fn mermaid(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => String::from("#quot;"),
            '#' => String::from("#35;"),
            '&' => String::from("#amp;"),
            '<' => String::from("#lt;"),
            '>' => String::from("#gt;"),
            '`' => String::from("#96;"),
            c => String::from(c),
        })
        .collect()
}

/// A quoted string of DOT.
fn dot(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\l");
    let end = if text.contains('\n') { "\\l" } else { "" };
    format!("\"{escaped}{end}\"")
}
