use gatehouse::prelude::*;

pub struct Document {
    pub owner: u32,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

macro_rules! policies {
    ($($name:ident)*) => {
        $(
            #[policy]
            pub fn $name(user: &u32) -> bool {
                *user == 1
            }
        )*
        pub type All = ($($name,)*);
    };
}

policies!(p1 p2 p3 p4 p5 p6 p7 p8 p9 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19 p20 p21 p22 p23 p24 p25);

pub static GATE: Gate<Documents, All> = Gate::new();

fn main() {}
