//! The facts of a module that a source loads, as both programs need them written out: their sources,
//! and by hand their types and tables. What `fact!` says of them is in `program/macros.rs`.

use std::fmt::Write as _;

/// A fact that is loaded.
pub struct Fact {
    /// Its name.
    name: &'static str,
    /// Its table.
    table: &'static str,
    /// The parts of its key, all of them numbers.
    parts: &'static [&'static str],
    /// Its value.
    value: &'static str,
    /// What a missing value means.
    missing: Missing,
}

/// What a missing value means.
enum Missing {
    /// Nothing more.
    None,
    /// A failure.
    Failure,
    /// This.
    Default(&'static str),
}

const fn fact(
    name: &'static str,
    table: &'static str,
    parts: &'static [&'static str],
    value: &'static str,
    missing: Missing,
) -> Fact {
    Fact { name, table, parts, value, missing }
}

/// The loaded facts of a module.
#[rustfmt::skip]
pub const FACTS: [Fact; 18] = [
    fact("Suspended", "suspended", &["user"], "bool", Missing::Default("false")),
    fact("OrgRole", "org_role", &["user", "org"], "Role", Missing::None),
    fact("Shared", "shared", &["user", "document"], "bool", Missing::Default("false")),
    fact("Parent", "parent", &["folder"], "u64", Missing::None),
    fact("FolderGrant", "folder_grant", &["user", "folder"], "bool", Missing::Default("false")),
    fact("Team", "team", &["user"], "u64", Missing::None),
    fact("TeamRole", "team_role", &["team", "org"], "Role", Missing::None),
    fact("Quota", "quota", &["org"], "u64", Missing::Default("10")),
    fact("Used", "used", &["org"], "u64", Missing::Default("0")),
    fact("Tenant", "tenant", &["user"], "u64", Missing::Failure),
    fact("TenantOf", "tenant_of", &["org"], "u64", Missing::None),
    fact("Manager", "manager", &["user"], "u64", Missing::None),
    fact("Banned", "banned", &["user", "org"], "bool", Missing::Default("false")),
    fact("LegalHold", "legal_hold", &["document"], "bool", Missing::Default("false")),
    fact("Locked", "locked", &["document"], "u64", Missing::None),
    fact("Delegate", "delegate", &["from", "to"], "bool", Missing::Default("false")),
    fact("LabelReader", "label_reader", &["user", "label"], "bool", Missing::Default("false")),
    fact("Clearance", "clearance", &["user"], "u64", Missing::Default("0")),
];

/// `m0::OrgRole, m0::Shared, …`: what the sources of `modules` modules load.
pub fn names(modules: usize) -> String {
    let of = |module| FACTS.iter().map(move |fact| format!("m{module}::{}", fact.name));
    (0..modules).flat_map(of).collect::<Vec<_>>().join(", ")
}

impl Fact {
    /// `self.role("m0.org_role", [key.user, key.org])`: the query for one key.
    fn query(&self, module: usize) -> String {
        let function = match self.value {
            "bool" => "flag",
            "Role" => "role",
            _ => "number",
        };
        let parts: Vec<String> = self.parts.iter().map(|part| format!("key.{part}")).collect();
        let row = [parts.as_slice(), &["0".to_owned()]].concat()[..2].join(", ");
        format!("self.{function}(\"m{module}.{}\", [{row}]).await", self.table)
    }

    /// Its `FactSource`.
    fn source(&self, module: usize) -> String {
        let (name, query) = (self.name, self.query(module));
        format!(
            "
impl FactSource<{name}> for Database {{
    async fn load(&self, keys: &[{name}]) -> Result<Loaded<{name}>, FactError> {{
        let mut loaded = Loaded::new();
        for key in keys {{
            match {query} {{
                Ok(Some(value)) => loaded.insert(key.clone(), value),
                Ok(None) => {{}}
                Err(outage) => loaded.fail(key.clone(), failed(outage)),
            }}
        }}
        Ok(loaded)
    }}
}}
"
        )
    }

    /// Its type and its source, by hand.
    fn by_hand(&self, module: usize) -> String {
        let Self { name, table, parts, value, missing } = self;
        let query = self.query(module);
        let fields: Vec<String> = parts.iter().map(|part| format!("pub {part}: u64")).collect();
        let fields = fields.join(", ");
        let (output, found, required) = match missing {
            Missing::None => (format!("Option<{value}>"), "found".to_owned(), ""),
            Missing::Failure => (
                format!("Option<{value}>"),
                "found".to_owned(),
                "    const REQUIRED: bool = true;\n",
            ),
            Missing::Default(default) => {
                ((*value).to_owned(), format!("found.unwrap_or({default})"), "")
            }
        };
        format!(
            "
/// A key of `{table}`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct {name} {{ {fields} }}

impl Fact for {name} {{
    type Value = {value};
    type Output = {output};
{required}    fn output(found: Option<{value}>) -> {output} {{
        {found}
    }}
}}

impl Stored for {name} {{
    fn table(session: &Session) -> &Table<Self> {{
        &session.m{module}.{table}
    }}
    fn source(session: &Session) -> &impl Source<Self> {{
        &session.database
    }}
}}

impl Source<{name}> for Database {{
    async fn load(&self, keys: &[{name}]) -> Result<HashMap<{name}, {value}>, Outage> {{
        let mut loaded = HashMap::new();
        for key in keys {{
            if let Some(value) = {query}? {{
                loaded.insert(key.clone(), value);
            }}
        }}
        Ok(loaded)
    }}
}}
"
        )
    }
}

/// The sources of a module's facts.
pub fn sources(module: usize) -> String {
    FACTS.iter().map(|fact| fact.source(module)).collect()
}

/// A module's facts by hand: types, sources, tables.
pub fn by_hand(module: usize) -> String {
    let mut text: String = FACTS.iter().map(|fact| fact.by_hand(module)).collect();
    text.push_str("\n/// What is known of the facts of this module.\n#[derive(Default)]\npub struct Tables {\n");
    for Fact { name, table, .. } in &FACTS {
        writeln!(text, "    pub {table}: Table<{name}>,").expect("a string takes all");
    }
    text + "}\n"
}
