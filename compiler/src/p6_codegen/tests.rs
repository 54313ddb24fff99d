//! How calls are written, for every way the catalogue says a function wants to be called, and what is evaluated when.

use sql::types::build;
use sql::{DataType, Value};

use super::generate;
use crate::base::ErrorSink;
use crate::catalog::function::{Call, Param, Passing, Returns};
use crate::expr::{Expr, ExprKind};
use crate::p4_optimize::optimize;
use crate::p5_physical::physical_plan;
use crate::sample::{Builder, anywhere, call, column, cpu, equal, literal, parsed, sources, text, upper};

/// The statements of the kernel that computes `x AS value` from cpu.
fn kernel(expr: Expr) -> String {
    let mut builder = Builder::default();
    let source = builder.source(cpu(&[("connector", "datagen")]));
    let project = builder.project(source, vec![("x", expr)]);
    builder.collect(project);
    let plan = physical_plan(
        &optimize(builder.plan),
        &Default::default(),
        &mut ErrorSink::default(),
    )
    .expect("the plan is sound");
    let code = generate(&plan, &sources());
    let (_, kernel) = code.split_once("fn project_x_kernel").expect("there is a kernel");
    let (_, body) = kernel
        .split_once("let row = CpuSourceRow(raw);")
        .expect("it reads columns");
    let (statements, _) = body.split_once("output.begin(kind);").expect("it writes a row");
    statements.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hostname() -> Expr {
    column(0, build::string())
}

fn function(passing: Passing, returns: Returns) -> Call {
    Call::strict("F", "text::f").passing(passing).returns(returns)
}

fn of(kind: ExprKind, ty: DataType) -> Expr {
    Expr {
        kind,
        ty,
        span: anywhere(),
    }
}

#[test]
fn calls_follow_the_catalogue() {
    let int = build::int;
    let two = || vec![hostname(), text("a")];
    for (call_of, operands, ty, expected) in [
        (
            Call::strict("F", "text::f"),
            vec![hostname()],
            int(),
            "strict1(row.hostname(), text::f)",
        ),
        (
            Call::strict("F", "text::f"),
            two(),
            int(),
            "strict1(row.hostname(), |a| text::f(a, \"a\"))",
        ),
        (
            Call::strict("F", "text::f").with_session().with(Param::I32(-1)),
            vec![hostname()],
            int(),
            "strict1(row.hostname(), |a| text::f(session, a, -1))",
        ),
        (
            Call::strict("F", "text::f").sees_nulls(),
            two(),
            int(),
            "Some(text::f(row.hostname(), Some(\"a\")))",
        ),
        (
            function(Passing::Each, Returns::Nullable),
            vec![hostname()],
            int(),
            "strict1(row.hostname(), text::f).flatten()",
        ),
        (
            function(Passing::Each, Returns::FallibleNullable),
            vec![hostname()],
            int(),
            "strict1(row.hostname(), text::f).transpose()?.flatten()",
        ),
        (
            function(Passing::Slice, Returns::Plain),
            two(),
            int(),
            "strict_all(&[row.hostname(), Some(\"a\")], text::f)",
        ),
        (
            function(Passing::Slice, Returns::Fallible).sees_nulls(),
            two(),
            int(),
            "Some(text::f(&[row.hostname(), Some(\"a\")])?)",
        ),
        (
            function(Passing::EachValue, Returns::Value),
            vec![column(3, build::bigint())],
            int(),
            "strict1(row.at().map(Value::BigInt), |a| text::f(&a)) .and_then(take::<i32>)",
        ),
        (
            function(Passing::ValueSlice, Returns::FallibleValue).sees_nulls(),
            vec![column(3, build::bigint())],
            int(),
            "take::< i32, >(text::f(&[row.at().map_or(Value::Null, Value::BigInt)])?)",
        ),
    ] {
        let described = format!("{call_of:?}");
        let statements = kernel(call(call_of, operands, ty));
        assert_eq!(statements, format!("let x_value = {expected};"), "{described}");
    }
}

#[test]
fn what_is_made_is_lent_to_the_next_call() {
    let nested = call(
        Call::strict("F", "text::f"),
        vec![upper(hostname())],
        build::int(),
    );
    let expected = "let x_value = strict1( strict1(row.hostname(), text::upper), |a| text::f(a.as_str()), );";
    assert_eq!(kernel(nested), expected);
}

#[test]
fn equal_parts_are_evaluated_once() {
    let twice = equal(upper(hostname()), upper(hostname()));
    let expected = "let v1 = strict1(row.hostname(), text::upper); \
                    let x_value = strict2(v1.as_deref(), v1.as_deref(), compare::equal);";
    assert_eq!(kernel(twice), expected);
}

#[test]
fn what_may_fail_stays_where_it_may_not_be_reached() {
    let fails = || {
        equal(
            parsed(hostname()),
            literal(Value::BigInt(1), build::not_null(build::bigint())),
        )
    };
    let is_a = || equal(hostname(), text("a"));
    let conjunction = of(ExprKind::And(vec![is_a(), fails()]), build::boolean());
    let statements = kernel(conjunction);
    assert!(
        statements.starts_with("let x_value = try_and( strict1("),
        "{statements}"
    );
    assert!(statements.contains("|| Ok("), "{statements}");
    let case = ExprKind::Case {
        branches: vec![(is_a(), parsed(hostname()))],
        otherwise: None,
    };
    let statements = kernel(of(case, build::bigint()));
    assert!(
        statements.contains("== Some(true) { strict1(row.hostname(), |a| number::parse_i64(a, 10))"),
        "{statements}"
    );
    assert!(statements.ends_with("} else { None::<i64> };"), "{statements}");
    let coalesce = ExprKind::Coalesce(vec![column(3, build::bigint()), parsed(hostname())]);
    let statements = kernel(of(coalesce, build::bigint()));
    assert!(
        statements.contains("try_coalesce( row.at(), || strict1("),
        "{statements}"
    );
    assert!(statements.ends_with(".transpose(), )?;"), "{statements}");
}

#[test]
fn branches_agree_on_who_owns_the_text() {
    let case = ExprKind::Case {
        branches: vec![(equal(hostname(), text("a")), text("first"))],
        otherwise: Some(Box::new(upper(hostname()))),
    };
    let statements = kernel(of(case, build::string()));
    assert!(
        statements.contains("{ Some(\"first\".to_owned()) } else { strict1(row.hostname(), text::upper) }"),
        "{statements}"
    );
}

#[test]
fn a_missing_else_is_null_of_the_other_branches_type() {
    let branches = vec![(equal(hostname(), text("a")), upper(hostname()))];
    let statements = kernel(of(
        ExprKind::Case {
            branches,
            otherwise: None,
        },
        build::string(),
    ));
    assert!(
        statements.ends_with("{ strict1(row.hostname(), text::upper) } else { None::<String> };"),
        "{statements}"
    );
}

#[test]
fn generation_is_deterministic() {
    let statements = || kernel(upper(hostname()));
    assert_eq!(statements(), statements());
}
