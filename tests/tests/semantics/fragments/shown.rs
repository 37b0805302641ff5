//! Fragments in explanations and plans: with parentheses if they are more than one operand.

use super::*;

macro_rules! rule {
    ($name:ident, $d:ident, $c:expr, $n:expr, $p:pat) => {
        #[policy]
        async fn $name(_: _, $d: &Data) -> bool {
            if $c && !$d.c {
                return false;
            }
            if let Some($p) = $d.o
                && !$c
            {
                return $d.flip($c);
            }
            Known($n).await || Known($n * 10).await || matches!(!$c, true) || same!(!$c)
        }
    };
}

rule!(shown, d, d.a || d.b, d.n + 1, 1 | 2);

static SHOWN: Gate<Things, shown> = Gate::new();

#[test]
fn a_fragment_is_shown_in_parentheses() {
    let data = Data { at: 0, a: false, b: false, c: true, n: 1, o: Some(3) };
    let session = session();
    let explanation = block_on(SHOWN.bind(&session, &(), &()).explain(&data)).to_string();
    let conditions = explanation.lines().skip(2).collect::<Vec<_>>();
    insta::assert_snapshot!(conditions.join("\n"), @r"
    ✗ d.a
    ✗ d.b
    ✗ let Some(1 | 2) = d.o
    ✗ Known(d.n + 1).await
        Known { id: 2 } is false
    ✗ Known((d.n + 1) * 10).await
        Known { id: 20 } is false
    ✗ d.a
    ✗ d.b
    ✓ matches!(!(d.a || d.b), true)
    ");
}

#[test]
fn a_plan_shows_it_too() {
    let plan = SHOWN.plan().to_string();
    let lines = plan.lines().filter(|line| line.contains("unless")).map(str::trim);
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    unless (d.a || d.b) && !d.c
    unless let Some(1 | 2) = d.o && !(d.a || d.b)
    unless (d.a || d.b) && !d.c
    unless let Some(1 | 2) = d.o && !(d.a || d.b)
    unless Known(d.n + 1).await
    ");
}
