//! The generated Rust of every `golden/jobs/sql/*.sql` is what `golden/jobs/src` holds, where it is compiled and linted
//! like any other code. `BLESS=1` writes it.

use std::path::Path;

use compiler::base::{SourceMap, render};
use runtime::job::{Job, Node, OperatorSpec};
use runtime::row::{BatchWriter, RowKind};
use sql::{DataType, Decimal, Session, SqlError, Value};

#[test]
fn generated_jobs_are_the_committed_ones() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden/jobs");
    let entries = folder.join("sql").read_dir().expect("the folder can be read");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .map(|path| {
            path.file_stem()
                .expect("files have names")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let mut modules = String::from(
        "//! Generated from `sql/`, one module per job. Do not edit: see `tests/tests/golden_jobs.rs`.\n\n",
    );
    let mut differing = Vec::new();
    for name in &names {
        let path = format!("{name}.sql");
        let sql = std::fs::read_to_string(folder.join("sql").join(&path)).expect("the file can be read");
        modules += &format!("pub mod {name};\n");
        let mut sources = SourceMap::default();
        sources.add(path, sql);
        let compiled = compiler::compile(&sources)
            .unwrap_or_else(|problems| panic!("{name}:\n{}", render(&problems, &sources, false)));
        compare(
            &folder.join(format!("src/{name}.rs")),
            &compiled.rust,
            &mut differing,
        );
        compare(
            &folder.join(format!("plans/{name}.txt")),
            &compiled.plan,
            &mut differing,
        );
    }
    compare(&folder.join("src/lib.rs"), &modules, &mut differing);
    assert!(
        differing.is_empty(),
        "run again with BLESS=1 and read the difference: {differing:?}"
    );
}

fn compare(path: &Path, text: &str, differing: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("files lie in folders"))
            .expect("the folder can be made");
        std::fs::write(path, text).expect("the file can be written");
    }
    if std::fs::read_to_string(path).unwrap_or_default() != text {
        differing.push(
            path.file_name()
                .expect("files have names")
                .to_string_lossy()
                .into_owned(),
        );
    }
}

fn node(job: Job, name: &str) -> (Node, Vec<DataType>) {
    let mut nodes = job.nodes;
    let at = nodes
        .iter()
        .position(|node| node.name == name)
        .expect("the job has the operator");
    let input = nodes[at].inputs[0].0;
    let types = nodes[input]
        .columns
        .iter()
        .map(|column| column.ty.clone())
        .collect();
    (nodes.swap_remove(at), types)
}

/// What the calc of the job `expressions` makes of one order.
fn evaluated(order: Vec<Value>) -> Result<Option<Vec<Value>>, SqlError> {
    let (calc, input_types) = node(golden_jobs::expressions::job(), "filter_id_note_ok");
    let OperatorSpec::Calc(kernel) = calc.operator else {
        panic!("{} is a calc", calc.name);
    };
    let mut input = BatchWriter::new(input_types.len());
    input.begin(RowKind::Insert);
    for (column, (value, ty)) in order.iter().zip(&input_types).enumerate() {
        input.put_value(column, value, ty);
    }
    input.finish();
    let mut output = BatchWriter::new(calc.columns.len());
    kernel(&input.take(), &mut output, &mut Session::utc())?;
    let output = output.take();
    let rows = output
        .rows()
        .map(|(_, row)| row.values(calc.columns.iter().map(|column| &column.ty)));
    Ok(rows.last())
}

fn order(note: Option<&str>, quantity: i32, ok: Value) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let address = Value::Row(vec![text("oslo"), Value::Int(150)]);
    vec![
        Value::BigInt(7),
        Value::Row(vec![text("ANN"), address]),
        note.map_or(Value::Null, text),
        Value::Decimal(Decimal {
            unscaled: 250,
            scale: 2,
        }),
        Value::Int(quantity),
        Value::Array(vec![text("new"), Value::Null]),
        ok,
    ]
}

#[test]
fn a_generated_kernel_answers_what_the_statement_says() {
    let text = |text: &str| Value::Text(text.to_owned());
    let row = evaluated(order(None, 200, Value::Boolean(false))).expect("nothing fails");
    assert_eq!(row, None, "ok IS NOT FALSE");
    let row = evaluated(order(None, 200, Value::Null))
        .expect("nothing fails")
        .expect("it passes");
    let expected = vec![
        Value::BigInt(7),
        text("OSLO"),
        text("ann"),
        text("bulk"),
        Value::Decimal(Decimal {
            unscaled: 50_000,
            scale: 2,
        }),
        Value::Int(201),
        Value::Null,
        Value::Array(vec![text("new"), Value::Null]),
        Value::Row(vec![Value::Int(200), Value::Null]),
        text("new"),
    ];
    assert_eq!(row, expected);
}

#[test]
fn errors_in_branches_not_taken_are_none() {
    // CAST('abc' AS INT) stands behind quantity > 100 in the CASE, and behind ok and price > 10 in the AND.
    let row = evaluated(order(Some("abc"), 200, Value::Null));
    assert!(row.is_err(), "ok is unknown, so the OR decides");
    let failed = evaluated(order(Some("abc"), 1, Value::Boolean(true)));
    assert!(matches!(failed, Err(SqlError::Cast { .. })), "{failed:?}");
}
