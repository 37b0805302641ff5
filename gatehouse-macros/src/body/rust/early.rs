//! The requests that are made while the body waits.
//!
//! Code that several slices share is emitted once. A condition on local data is evaluated in a closure of its own, so
//! that one that panics, or that needs a missing value, ends no other branch. Where slices share code that binds names, that
//! code runs once for each load, because each run may use the names up.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::emitter::{Emitter, Mode};
use super::variables::{arm, cx, known, load};
use crate::body::plan::body_plan::BodyPlan;
use crate::body::plan::early::{Branch, Early, MatchId, Part};
use crate::body::plan::keep::Keep;
use crate::body::plan::known::{KnownCondition, KnownId, Test};
use crate::body::plan::paths::PathStep;
use crate::body::plan::step::Step;
use crate::body::tree::{Arm, Kind, LoadId, Match, Stmt};
use crate::syntax::scrutinee;

/// Binds the inputs of a body that its code mentions.
pub(crate) type Inputs<'e> = &'e dyn Fn(&TokenStream) -> TokenStream;

/// The code of all early requests; nothing if there are none.
pub(crate) fn code(plan: &BodyPlan<'_>, inputs: Inputs<'_>, runtime: &TokenStream) -> TokenStream {
    let BodyPlan { body, early, .. } = plan;
    let slice = Emitter::new(Mode::Slice, body, runtime);
    let known = Emitter::new(Mode::Known, body, runtime);
    let code = Code { early, slice, known, inputs, runtime };
    let conditions = early.known.iter().enumerate().map(|(at, known)| code.known(at, known));
    let conditions: TokenStream = conditions.collect();
    let requests = code.side_by_side(&early.branches);
    quote!(#conditions #requests)
}

struct Code<'e> {
    early: &'e Early<'e>,
    slice: Emitter<'e>,
    known: Emitter<'e>,
    inputs: Inputs<'e>,
    runtime: &'e TokenStream,
}

impl Code<'_> {
    /// The variable of a condition on facts.
    fn known(&self, at: usize, condition: &KnownCondition<'_>) -> TokenStream {
        let name = known(KnownId(at));
        let (cx, runtime, test) = (cx(), self.runtime, self.test(condition.test));
        let function =
            if condition.is_partial { quote!(partial_if_known) } else { quote!(if_known) };
        let answer = quote!(::core::result::Result::Ok(#test));
        let code = if condition.definitions.is_empty() {
            quote!(#runtime::#function(#cx, |#cx| #answer))
        } else {
            let definitions = condition.definitions.iter().rev();
            let inside = definitions.fold(quote!(return #answer;), |rest, id| {
                wrap(self.early.paths.step(*id), &rest, &self.known)
            });
            quote! {
                #runtime::#function(#cx, |#cx| {
                    #inside
                    ::core::result::Result::Err(#runtime::Stop::Pending)
                })
            }
        };
        let inputs = (self.inputs)(&code);
        if inputs.is_empty() {
            return quote!(let #name = #code;);
        }
        quote!(let #name = { #inputs #code };)
    }

    fn test(&self, test: Test<'_>) -> TokenStream {
        match test {
            Test::Is(node) => self.known.node(node),
            Test::Matches(pat, node) => {
                let of = scrutinee(self.known.node(node));
                quote!((match #of { #pat => true, _ => false }))
            }
            Test::Arm(it, at) => {
                let arms = it.arms[..at].iter().filter(|arm| arm.guard.is_none());
                let before = arms.map(|arm| &arm.pat);
                let (of, pat) = (self.known.node(&it.scrutinee), &it.arms[at].pat);
                quote!((match #of { #(#before => false,)* #pat => true, _ => false }))
            }
        }
    }

    /// Branches that all run, each whatever becomes of the others.
    fn side_by_side(&self, branches: &[Branch]) -> TokenStream {
        let mut found = Vec::new();
        let code = branches.iter().map(|branch| {
            let new = branch.part.takes().filter(|(id, _)| !found.contains(id));
            found.extend(new.map(|(id, _)| id));
            let (arm, code) = (new.map(|(id, _)| self.arm(id, branches)), self.branch(branch));
            quote!(#arm #code)
        });
        code.collect()
    }

    /// The arm that a match takes, found before the first of the branches that ask for it.
    fn arm(&self, id: MatchId, branches: &[Branch]) -> TokenStream {
        let (name, cx, runtime, it) = (arm(id), cx(), self.runtime, self.early.matches[id.0]);
        let asked = branches.iter().filter_map(|branch| branch.part.takes());
        let last = asked.filter(|(of, _)| *of == id).map(|(_, at)| at).max().unwrap_or(0);
        // The plan has looked at the guards before that arm alone: others may do more than look.
        let guards = it.arms[..last].iter().filter_map(|arm| arm.guard.as_ref());
        let nodes = &self.known.body.nodes;
        let is_total = guards.chain([&it.scrutinee]).all(|node| nodes.get(node).is_total);
        let function = if is_total { quote!(arm_taken) } else { quote!(partial_arm_taken) };
        let of = self.known.node(&it.scrutinee);
        let arms = it.arms[..=last].iter().enumerate().map(|(number, Arm { pat, guard, .. })| {
            let guard = guard.as_ref().filter(|_| number < last);
            let guard = guard.map(|guard| self.known.node(guard)).map(|guard| quote!(if #guard));
            let number = Literal::usize_unsuffixed(number);
            quote!(#pat #guard => #number,)
        });
        let none = Literal::usize_unsuffixed(last + 1);
        let code = quote!(::core::result::Result::Ok(match #of { #(#arms)* _ => #none }));
        let inputs = (self.inputs)(&code);
        quote!(let #name = #runtime::#function(#cx, |#cx| { #inputs #code });)
    }

    fn branch(&self, branch: &Branch) -> TokenStream {
        if branch.has_one_load() && !branch.takes_inside() {
            return self.slice(branch, self.is_partial(branch));
        }
        let inside = || self.side_by_side(&branch.inside);
        match branch.part {
            Part::Unless(id, value) => {
                let (name, inside) = (known(id), inside());
                quote!(if #name != ::core::option::Option::Some(#value) { #inside })
            }
            Part::Takes(id, at) => {
                let (condition, inside) = (takes(id, at), inside());
                quote!(if #condition { #inside })
            }
            Part::BindsArm(_) => self.for_each_load(branch),
            Part::Step(id) => match self.early.paths.step(id) {
                step if step.binds() => self.for_each_load(branch),
                PathStep { step: Step::Stmt(Stmt::Item(item)), .. } => {
                    let inside = inside();
                    quote!({ #item #inside })
                }
                step => self.condition(step, &inside()),
            },
            Part::Request(_) => TokenStream::new(),
        }
    }

    /// Code behind a step that binds no names: whether the step leads on is a condition.
    fn condition(&self, step: &PathStep<'_>, inside: &TokenStream) -> TokenStream {
        let (cx, runtime) = (cx(), self.runtime);
        let function = if step.is_partial(&self.slice.body.nodes) {
            quote!(partial_leads_on)
        } else {
            quote!(leads_on)
        };
        let is_condition = matches!(step.keep, Keep::Condition(_));
        let test = if !is_condition && matches!(step.step, Step::Stmt(_) | Step::Before(_)) {
            wrap(step, &quote!(::core::result::Result::Ok(true)), &self.known)
        } else {
            // The condition is no argument, so that one of another type has one error.
            let steps = wrap(step, &quote!(return ::core::result::Result::Ok(true);), &self.known);
            quote!(#steps ::core::result::Result::Ok(false))
        };
        let inputs = (self.inputs)(&test);
        quote!(if #runtime::#function(#cx, |#cx| { #inputs #test }) { #inside })
    }

    /// A branch of one load, as a slice.
    fn slice(&self, branch: &Branch, is_partial: bool) -> TokenStream {
        self.run(&self.straight(branch, is_partial), is_partial)
    }

    /// A branch of several loads that share names: a run for each.
    fn for_each_load(&self, branch: &Branch) -> TokenStream {
        let (name, loads) = (load(), branch.loads().into_iter().map(number));
        let is_partial = self.is_partial_until_it_parts(branch);
        let run = self.run(&self.straight(branch, is_partial), is_partial);
        quote!(for #name in [#(#loads),*] { #run })
    }

    fn run(&self, code: &TokenStream, is_partial: bool) -> TokenStream {
        let (cx, runtime, inputs) = (cx(), self.runtime, (self.inputs)(code));
        let function = if is_partial { quote!(run_partial_slice) } else { quote!(run_slice) };
        quote! {
            #runtime::#function(#cx, |#cx| {
                #inputs
                #code
                ::core::result::Result::Ok(())
            });
        }
    }

    /// The code of one run, which requests one load. `is_partial`: whether the run does not take place where a panic
    /// ends the process.
    fn straight(&self, branch: &Branch, is_partial: bool) -> TokenStream {
        let inside = || self.one_of(&branch.inside, is_partial);
        match branch.part {
            Part::Request(load) => self.request(load),
            Part::Unless(id, value) => {
                let (name, inside) = (known(id), inside());
                quote!(if #name != ::core::option::Option::Some(#value) { #inside })
            }
            Part::Takes(id, at) => {
                let (condition, inside) = (takes(id, at), inside());
                quote!(if #condition { #inside })
            }
            Part::BindsArm(id) => {
                let step = self.early.paths.step(id);
                let of = step.step.nodes().into_iter().map(|node| self.slice.node(node));
                let (pat, inside) = (step.step.pat(), inside());
                quote!(match #(#of)* { #pat => { #inside } _ => {} })
            }
            Part::Step(id) => wrap(self.early.paths.step(id), &inside(), &self.slice),
        }
    }

    /// The branch of the load that the run is for.
    fn one_of(&self, branches: &[Branch], is_partial: bool) -> TokenStream {
        let of_branch = |branch: &Branch| {
            let partial = self.is_partial_until_it_parts(branch);
            let code = self.straight(branch, is_partial || partial);
            if partial && !is_partial { self.nested_run(&code) } else { code }
        };
        if let [branch] = branches {
            return of_branch(branch);
        }
        // The largest branch is the last arm, so that the numbers of its loads need not be listed.
        let largest = (0..branches.len()).max_by_key(|at| branches[*at].loads().len());
        let others = branches.iter().enumerate().filter(|(at, _)| Some(*at) != largest);
        let arms = others.map(|(_, branch)| {
            let (loads, code) = (branch.loads().into_iter().map(number), of_branch(branch));
            quote!(#(#loads)|* => { #code })
        });
        let (name, rest) = (load(), largest.map(|at| of_branch(&branches[at])));
        quote!(match #name { #(#arms)* _ => { #rest } })
    }

    /// A part of a run that does not take place where a panic ends the process.
    fn nested_run(&self, code: &TokenStream) -> TokenStream {
        let (cx, runtime) = (cx(), self.runtime);
        quote! {
            #runtime::run_partial_slice(#cx, |#cx| {
                #code
                ::core::result::Result::Ok(())
            });
        }
    }

    /// Whether a branch of one load may panic somewhere.
    fn is_partial(&self, branch: &Branch) -> bool {
        self.part_is_partial(branch.part) || branch.inside.iter().any(|it| self.is_partial(it))
    }

    /// Whether a branch may panic before its loads part.
    fn is_partial_until_it_parts(&self, branch: &Branch) -> bool {
        let next = <&[Branch; 1]>::try_from(branch.inside.as_slice());
        self.part_is_partial(branch.part)
            || next.is_ok_and(|[next]| self.is_partial_until_it_parts(next))
    }

    fn part_is_partial(&self, part: Part) -> bool {
        match part {
            Part::Step(id) => self.early.paths.step(id).is_partial(&self.slice.body.nodes),
            Part::Unless(..) | Part::Takes(..) => false,
            Part::BindsArm(id) => {
                !self.early.paths.step(id).scrutinee_is_total(&self.slice.body.nodes)
            }
            Part::Request(load) => self.early.paths.end(load).is_some_and(|end| end.is_partial),
        }
    }

    fn request(&self, load: LoadId) -> TokenStream {
        let Some(end) = self.early.paths.end(load) else { return TokenStream::new() };
        let load = &self.slice.body.loads[load];
        let (runtime, cx, keys) = (self.runtime, cx(), self.slice.node(end.key));
        let fact = load.turbofish();
        match load.kind {
            Kind::One => quote!(#runtime::ask(#keys, #cx);),
            Kind::Any | Kind::All | Kind::Each => quote!(#runtime::ask_each #fact(#keys, #cx);),
        }
    }
}

/// The condition that a match takes an arm.
fn takes(id: MatchId, at: usize) -> TokenStream {
    let (name, at) = (arm(id), Literal::usize_unsuffixed(at));
    quote!(#name == ::core::option::Option::Some(#at))
}

fn number(load: LoadId) -> Literal {
    Literal::usize_unsuffixed(load.0)
}

/// A step, and the rest of the code after it.
fn wrap(step: &PathStep<'_>, rest: &TokenStream, emitter: &Emitter<'_>) -> TokenStream {
    if let Keep::Condition(guard) = &step.keep {
        let condition = emitter.guard(guard);
        return quote!(if #condition { #rest });
    }
    match step.step {
        Step::Stmt(stmt) => {
            let stmt = emitter.stmt(stmt);
            quote!(#stmt #rest)
        }
        Step::Before(node) | Step::Holds(node, _) | Step::Operand(node, _) => {
            let node = emitter.node(node);
            quote!(let _ = #node; #rest)
        }
        Step::Matches(pat, node, matched) => {
            let node = scrutinee(emitter.node(node));
            if matched {
                quote!(if let #pat = #node { #rest })
            } else {
                quote!(if let #pat = #node {} else { #rest })
            }
        }
        Step::Arm(it, at) => {
            let scrutinee = emitter.node(&it.scrutinee);
            let arms = arms(it, at, &step.keep, rest, emitter);
            quote!(match #scrutinee { #arms _ => {} })
        }
    }
}

/// The arm that a step takes, and those before it that may be taken instead.
fn arms(
    it: &Match,
    at: usize,
    keep: &Keep<'_>,
    rest: &TokenStream,
    emitter: &Emitter<'_>,
) -> TokenStream {
    let Keep::Arms { before, .. } = keep else { return TokenStream::new() };
    let before = before.iter().map(|&before| {
        let arm = &it.arms[before];
        let (pat, guard) = (&arm.pat, emitter.if_guard(arm));
        quote!(#pat #guard => {})
    });
    let pat = &it.arms[at].pat;
    quote!(#(#before)* #pat => { #rest })
}
