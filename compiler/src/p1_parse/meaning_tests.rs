//! Queries and expressions keep their meaning: precedence, special forms, spans, and no word is lost.

use core::ops::ControlFlow;

use sqlparser::ast::{Expr, SelectItem, SetExpr, Visit, Visitor};

use super::ast::{Hint, Script, StatementKind};
use super::ext::{self, JsonBehavior, JsonOnNull, JsonWrapper, MultisetOperator, Special};
use super::hints::{HintArgument, calls};
use super::statement_tests::{parsed, query};

/// The first expression of a SELECT.
fn expression(text: &str) -> Expr {
    let SetExpr::Select(select) = *query(&format!("SELECT {text} FROM t")).query.body else {
        panic!("{text} is selected");
    };
    match select.projection.into_iter().next() {
        Some(SelectItem::UnnamedExpr(expr)) => expr,
        other => panic!("{text} is {other:?}"),
    }
}

#[test]
fn operators_bind_as_in_flink() {
    let same = [
        ("a OR b AND c", "a OR (b AND c)"),
        ("NOT a = b", "NOT (a = b)"),
        ("NOT a AND b", "(NOT a) AND b"),
        ("a LIKE b = c", "(a LIKE b) = c"),
        ("a < b BETWEEN c AND d", "a < (b BETWEEN c AND d)"),
        ("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d"),
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("-a * b", "(-a) * b"),
        ("a || b = c", "(a || b) = c"),
        ("a = b IS NULL", "(a = b) IS NULL"),
        ("a IN (1, 2) = b", "(a IN (1, 2)) = b"),
        ("ts + INTERVAL '1' DAY * 2", "ts + (INTERVAL '1' DAY * 2)"),
        ("a NOT LIKE b AND c", "(a NOT LIKE b) AND c"),
    ];
    for (bare, bracketed) in same {
        let bracketed_text = expression(bracketed).to_string().replace(['(', ')'], "");
        let bare_tree = expression(bare);
        let bracketed_tree = without_brackets(expression(bracketed));
        assert_eq!(bare_tree.to_string().replace(['(', ')'], ""), bracketed_text);
        assert_eq!(shape(&bare_tree), shape(&bracketed_tree), "{bare}");
    }
}

/// The tree without nodes for brackets.
fn without_brackets(mut expr: Expr) -> Expr {
    struct Unwrap;
    impl sqlparser::ast::VisitorMut for Unwrap {
        type Break = ();
        fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
            if let Expr::Nested(inner) = expr {
                *expr = (**inner).clone();
            }
            ControlFlow::Continue(())
        }
    }
    let _ = sqlparser::ast::VisitMut::visit(&mut expr, &mut Unwrap);
    expr
}

/// Texts of all subexpressions in the order they are entered.
fn shape(expr: &Expr) -> Vec<String> {
    struct Texts(Vec<String>);
    impl Visitor for Texts {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            self.0.push(expr.to_string());
            ControlFlow::Continue(())
        }
    }
    let mut texts = Texts(Vec::new());
    let _ = expr.visit(&mut texts);
    texts.0
}

#[test]
fn special_forms_are_read_back() {
    let between = expression("a NOT BETWEEN SYMMETRIC 2 AND 1");
    assert!(matches!(
        ext::special(&between),
        Some(Special::BetweenSymmetric { negated: true, .. })
    ));
    let map = expression("MAP['a', 1, 'b', 2]");
    assert!(matches!(ext::special(&map), Some(Special::Map(entries)) if entries.len() == 4));
    let multiset = expression("a MULTISET UNION ALL b");
    let Some(Special::MultisetOperation { operation, all, .. }) = ext::special(&multiset) else {
        panic!("a MULTISET UNION");
    };
    assert_eq!((operation, all), (MultisetOperator::Union, true));
    let difference = expression("(a - b) DAY TO SECOND");
    assert!(matches!(
        ext::special(&difference),
        Some(Special::Difference {
            from: "DAY",
            to: Some("SECOND"),
            ..
        })
    ));
    let cast = expression("TRY_CAST(a AS ARRAY<INT>)");
    assert!(matches!(&cast, Expr::Cast { data_type, .. } if ext::type_text(data_type).is_some()));
    assert_eq!(expression("x'0aff'").to_string(), "X'0aff'");
    let date = expression("DATE '2020-01-01'");
    assert!(matches!(&date, Expr::TypedString(s) if ext::type_text(&s.data_type).is_some()));
    let Expr::Case { conditions, .. } = expression("CASE a WHEN 1, 2 THEN 'x' WHEN 3 THEN 'y' END") else {
        panic!("a CASE");
    };
    assert!(matches!(ext::special(&conditions[0].condition), Some(Special::CaseValues(v)) if v.len() == 2));
    assert_eq!(ext::special(&conditions[1].condition), None);
    assert_eq!(
        ext::special(&expression("`$TABLE`(a)")),
        None,
        "a quoted name is the user's"
    );
}

#[test]
fn table_arguments_of_window_functions() {
    let text = "SELECT * FROM TABLE(SESSION(DATA => TABLE c.bids PARTITION BY (k, l) ORDER BY ts, \
                TIMECOL => DESCRIPTOR(ts), GAP => INTERVAL '5' MINUTES))";
    let mut found = Vec::new();
    let _ = sqlparser::ast::visit_expressions(&*query(text).query, |expr| {
        if let Some(Special::TableArgument {
            name,
            partition_by,
            order_by,
        }) = ext::special(expr)
        {
            found.push((name.len(), partition_by.len(), order_by.len()));
        }
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(found, [(2, 2, 1)]);
}

#[test]
fn json_clauses_are_read_back() {
    let value = expression("JSON_VALUE(x, '$.a' RETURNING INT DEFAULT -1 ON EMPTY ERROR ON ERROR)");
    let Some(Special::Json(call)) = ext::special(&value) else {
        panic!("a JSON function");
    };
    assert_eq!(call.arguments.len(), 2);
    assert!(call.returning.is_some());
    assert!(matches!(call.on_empty, Some(JsonBehavior::Default(e)) if e.to_string() == "-1"));
    assert_eq!(call.on_error, Some(JsonBehavior::Error));
    let query = expression("JSON_QUERY(x, '$' WITH CONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON ERROR)");
    let Some(Special::Json(call)) = ext::special(&query) else {
        panic!("a JSON function");
    };
    assert_eq!(
        (call.wrapper, call.on_error),
        (Some(JsonWrapper::Conditional), Some(JsonBehavior::EmptyArray))
    );
    let object = expression("JSON_OBJECT(KEY 'a' VALUE 1, 'b' VALUE JSON_ARRAY() ABSENT ON NULL)");
    let Some(Special::Json(call)) = ext::special(&object) else {
        panic!("a JSON function");
    };
    assert_eq!(
        (call.arguments.len(), call.on_null),
        (4, Some(JsonOnNull::Absent))
    );
    let aggregate = expression("JSON_ARRAYAGG(a NULL ON NULL) FILTER (WHERE b)");
    let Some(Special::Json(call)) = ext::special(&aggregate) else {
        panic!("a JSON function");
    };
    assert_eq!(
        (call.on_null, call.function.filter.is_some()),
        (Some(JsonOnNull::Null), true)
    );
}

#[test]
fn within_travels_as_a_definition() {
    let text = "SELECT * FROM t MATCH_RECOGNIZE (ORDER BY ts MEASURES A.x AS ax PATTERN (A B+? C{2,3}) \
                WITHIN INTERVAL '1' HOUR DEFINE B AS B.y > 1) AS m";
    let SetExpr::Select(select) = *query(text).query.body else {
        panic!("a SELECT");
    };
    let sqlparser::ast::TableFactor::MatchRecognize { symbols, .. } = &select.from[0].relation else {
        panic!("MATCH_RECOGNIZE");
    };
    assert_eq!(symbols.len(), 2);
    assert_eq!(
        ext::as_within(&symbols[0]).map(ToString::to_string).as_deref(),
        Some("INTERVAL '1' HOUR")
    );
    assert_eq!(ext::as_within(&symbols[1]), None);
}

/// The texts of all expressions by their spans.
fn spans(text: &str) -> Vec<String> {
    let (script, diagnostics) = parsed(text);
    assert_eq!(diagnostics, [], "{text}");
    struct Spans<'a> {
        script: &'a Script,
        text: &'a str,
        found: Vec<String>,
    }
    impl Visitor for Spans<'_> {
        type Break = ();
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            let span = self.script.positions.expr(expr, self.script.statements[0].span);
            self.found
                .push(self.text[span.start as usize..span.end as usize].to_owned());
            ControlFlow::Continue(())
        }
    }
    let StatementKind::Query(query) = &script.statements[0].kind else {
        panic!("{text} is a query");
    };
    let mut spans = Spans {
        script: &script,
        text,
        found: Vec::new(),
    };
    let _ = query.query.visit(&mut spans);
    spans.found
}

#[test]
fn spans_cover_whole_expressions() {
    let expressions = [
        "a + b * 2",
        "'é日'",
        "`col x`",
        "SUM(DISTINCT x) FILTER (WHERE y > 1)",
        "COUNT(*) OVER (PARTITION BY k ORDER BY ts)",
        "COUNT(*)",
        "f()",
        "LAG(a, 1) IGNORE NULLS OVER w",
        "CAST((a) AS DECIMAL(10, 2))",
        "CASE WHEN a THEN (1) END",
        "INTERVAL '1' DAY",
        "INTERVAL '1 02:03' DAY(3) TO MINUTE",
        "DATE '2020-01-01'",
        "TIMESTAMP WITH LOCAL TIME ZONE '2020-01-01 00:00:00'",
        "NOT (a = 1)",
        "a NOT IN (1, (2))",
        "a IN (SELECT f(x) FROM s)",
        "a IS NOT NULL",
        "f(a) IS TRUE",
        "EXTRACT(DAY FROM ts)",
        "ARRAY[1, 2]",
        "arr[1]",
        "r.x.y",
        "NOT EXISTS (SELECT 1 FROM s)",
        "a BETWEEN f(1) AND f(2)",
        "-a",
        "(1, 2)",
        "(SELECT MAX(c) FROM s)",
        "TRIM(BOTH ' ' FROM a)",
        "a LIKE 'x'",
        "FLOOR(ts TO DAY)",
        "POSITION('a' IN b)",
        "SUBSTRING(a FROM 1 FOR 2)",
        "(a + (b))",
        "MAP['a', 1]",
        "JSON_VALUE(a, '$.x' RETURNING INT)",
        "a IS NOT DISTINCT FROM f(b)",
    ];
    for expression in expressions {
        let found = spans(&format!(
            "SELECT 0, {expression} , 1 FROM t WINDOW w AS (ORDER BY ts)"
        ));
        assert_eq!(found[1], expression, "all spans: {found:?}");
    }
}

#[test]
fn no_word_of_a_query_is_lost() {
    let queries = [
        "SELECT window_start, SUM(price) AS s FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(bidtime), INTERVAL '10' MINUTES)) \
         GROUP BY window_start HAVING COUNT(c) > 3",
        "SELECT o.id, r.rate FROM orders AS o LEFT JOIN rates FOR SYSTEM_TIME AS OF o.proc AS r ON o.cur = r.cur",
        "SELECT id, n FROM o CROSS JOIN UNNEST(items) WITH ORDINALITY AS u (n, i)",
        "SELECT a, w FROM t LEFT JOIN LATERAL TABLE(split(a, ',')) AS x(w, l) ON TRUE",
        "SELECT * FROM (SELECT x.*, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS rn FROM x) WHERE rn <= 5",
        "SELECT a, b FROM t GROUP BY GROUPING SETS ((a, b), (a), ()) ORDER BY a LIMIT 10 OFFSET 5",
        "SELECT a FROM x INTERSECT SELECT b FROM y EXCEPT SELECT c FROM z",
        "SELECT k, v FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY k ORDER BY v) = 1",
    ];
    for text in queries {
        let tree = format!("{:?}", query(text).query).to_uppercase();
        let words = text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| !w.is_empty());
        let grammar = [
            "SELECT",
            "FROM",
            "AS",
            "BY",
            "JOIN",
            "ON",
            "OF",
            "WHERE",
            "FOR",
            "SYSTEM_TIME",
            "SETS",
            "ORDINALITY",
            "MINUTES",
        ];
        for word in words.filter(|w| !grammar.contains(w)) {
            assert!(
                tree.contains(&word.to_uppercase()),
                "{word} of {text} is lost: {tree}"
            );
        }
    }
}

#[test]
fn comments_are_only_comments_outside_of_quotes() {
    let text = "SELECT 'http://x', `a//b` /* // */ + 1 -- it's // one\n, '--', '/*' // 'last\n, \u{4ef7}\u{683c} FROM t // end";
    let SetExpr::Select(select) = *query(text).query.body else {
        panic!("a SELECT");
    };
    let items: Vec<String> = select.projection.iter().map(ToString::to_string).collect();
    assert_eq!(
        items,
        ["'http://x'", "`a//b` + 1", "'--'", "'/*'", "\u{4ef7}\u{683c}"]
    );
}

#[test]
fn hints_are_read() {
    let text = "SELECT /*+ LOOKUP('table'='r', 'async'='true'), BROADCAST(c.d.t, u) STATE_TTL('o'='1d') */ 1";
    let hint: Hint = query(text).hints.remove(0);
    let calls = calls(&hint).expect("the hint is well-formed");
    let names: Vec<&str> = calls.iter().map(|c| c.name.value.as_str()).collect();
    assert_eq!(names, ["LOOKUP", "BROADCAST", "STATE_TTL"]);
    let HintArgument::Pair(key, value) = &calls[0].arguments[1] else {
        panic!("'async'='true' is a pair");
    };
    let at = |span: crate::base::Span| &text[span.start as usize..span.end as usize];
    assert_eq!((at(key.span), at(value.span)), ("'async'", "'true'"));
    assert!(matches!(&calls[1].arguments[0], HintArgument::Name(parts) if parts.len() == 3));
    for (bad, code) in [
        ("/*+ */", "E1012"),
        ("/*+ A( */", "E1007"),
        ("/*+ A(1) */", "E1001"),
        ("/*+ A('x */", "E1003"),
    ] {
        let hint = query(&format!("SELECT {bad} 1")).hints.remove(0);
        assert_eq!(super::hints::calls(&hint).map_err(|d| d.code), Err(code), "{bad}");
    }
}
