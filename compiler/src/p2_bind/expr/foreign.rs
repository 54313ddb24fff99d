//! Functions of other systems: what to write instead.
//!
//! In: the name of a function that does not exist. Out: Flink's way of saying it. Invariant: no name here is one of
//! Flink's functions, so the table is asked only after the catalogue.

/// Names of other systems, in upper case, each with what Flink SQL has for it.
const FOREIGN: &[(&[&str], &str)] = &[
    (&["LEN", "LENGTH", "STRLEN"], "CHAR_LENGTH(text)"),
    (&["NVL", "ISNULL"], "COALESCE(value, default), or value IS NULL"),
    (&["IIF"], "IF(condition, value, other)"),
    (&["DECODE_CASE", "SWITCH"], "CASE value WHEN … THEN … ELSE … END"),
    (&["DATE_TRUNC", "DATETIME_TRUNC"], "FLOOR(time TO DAY)"),
    (&["DATE_PART", "DATEPART"], "EXTRACT(HOUR FROM time)"),
    (
        &["DATEDIFF", "DATE_DIFF", "TIMEDIFF", "MONTHS_BETWEEN"],
        "TIMESTAMPDIFF(DAY, start, end)",
    ),
    (
        &["DATEADD", "DATE_ADD", "ADDDATE", "ADD_MONTHS"],
        "time + INTERVAL '1' DAY, or TIMESTAMPADD(DAY, 1, time)",
    ),
    (&["DATE_SUB", "SUBDATE"], "time - INTERVAL '1' DAY"),
    (
        &["GETDATE", "SYSDATE", "SYSTIMESTAMP", "CURRENT_DATETIME"],
        "CURRENT_TIMESTAMP",
    ),
    (&["CURDATE", "TODAY"], "CURRENT_DATE"),
    (&["CURTIME"], "LOCALTIME"),
    (
        &["TO_CHAR", "FORMAT_DATE", "FORMAT_TIMESTAMP", "STRFTIME"],
        "DATE_FORMAT(time, 'yyyy-MM-dd HH:mm:ss')",
    ),
    (
        &["STR_TO_DATE", "PARSE_DATE", "PARSE_TIMESTAMP"],
        "TO_TIMESTAMP(text, 'yyyy-MM-dd HH:mm:ss')",
    ),
    (
        &["TO_NUMBER", "TO_INT", "TO_STRING", "STR"],
        "CAST(value AS type)",
    ),
    (&["SAFE_CAST"], "TRY_CAST(value AS type)"),
    (
        &["FROM_UNIXTIME_MILLIS", "FROM_EPOCH", "EPOCH_MS"],
        "TO_TIMESTAMP_LTZ(milliseconds, 3)",
    ),
    (&["TO_UNIXTIME", "UNIXTIME", "TO_EPOCH"], "UNIX_TIMESTAMP(text)"),
    (
        &["STRING_AGG", "GROUP_CONCAT", "WM_CONCAT"],
        "LISTAGG(text, separator)",
    ),
    (&["COUNTIF", "COUNT_IF"], "COUNT(*) FILTER (WHERE condition)"),
    (&["SUMIF", "SUM_IF"], "SUM(value) FILTER (WHERE condition)"),
    (&["ANY_VALUE", "ARBITRARY", "FIRST"], "FIRST_VALUE(value)"),
    (&["LAST"], "LAST_VALUE(value)"),
    (&["CHARINDEX", "STRPOS", "INDEXOF"], "LOCATE(part, text)"),
    (&["CONTAINS"], "POSITION(part IN text) > 0, or text LIKE '%part%'"),
    (
        &["SPLIT_PART"],
        "SPLIT_INDEX(text, separator, index), which counts from 0",
    ),
    (
        &["REGEXP_LIKE", "REGEXP_MATCHES", "RLIKE"],
        "REGEXP(text, pattern)",
    ),
    (&["UCASE"], "UPPER(text)"),
    (&["LCASE"], "LOWER(text)"),
    (&["POW"], "POWER(base, exponent)"),
    (&["TRUNC"], "TRUNCATE(number, digits)"),
    (&["GEN_RANDOM_UUID", "NEWID"], "UUID()"),
    (
        &[
            "JSON_EXTRACT",
            "GET_JSON_OBJECT",
            "JSON_EXTRACT_SCALAR",
            "JSON_EXTRACT_STRING",
        ],
        "JSON_VALUE(text, '$.path')",
    ),
    (&["ARRAY_LENGTH", "ARRAY_SIZE", "SIZE"], "CARDINALITY(collection)"),
    (&["ARRAY_TO_STRING"], "ARRAY_JOIN(array, separator)"),
    (
        &["EXPLODE", "FLATTEN"],
        "UNNEST, which this version does not have: array[1] is one element of an array",
    ),
    (&["IF_NULL", "ZEROIFNULL"], "IFNULL(value, default)"),
];

/// What Flink SQL has for a function of another system.
pub(super) fn instead_of(name: &str) -> Option<&'static str> {
    let row = FOREIGN.iter().find(|(names, _)| names.contains(&name))?;
    Some(row.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::aggregate;
    use crate::catalog::function::lookup;

    #[test]
    fn none_is_a_function_here() {
        for name in FOREIGN.iter().flat_map(|(names, _)| names.iter()) {
            let is_ours = lookup(name).is_some() || aggregate::lookup(name).is_some();
            assert!(!is_ours, "{name} exists");
            let rows = FOREIGN.iter().filter(|(names, _)| names.contains(name));
            assert_eq!(rows.count(), 1, "{name} has one row");
        }
    }

    #[test]
    fn what_is_named_instead_exists() {
        // Statements, casts and operators are no calls of the catalogue.
        let forms = ["CAST", "TRY_CAST", "CASE", "COALESCE", "IFNULL", "IF", "UNNEST"];
        for (names, instead) in FOREIGN {
            for call in instead.split(['(', ' ']).filter(|word| is_name(word)) {
                let exists =
                    forms.contains(&call) || lookup(call).is_some() || aggregate::lookup(call).is_some();
                assert!(exists || WORDS.contains(&call), "{call} instead of {names:?}");
            }
        }
    }

    /// Words of the forms that are no names of functions.
    const WORDS: &[&str] = &[
        "AS", "CROSS", "DAY", "ELSE", "END", "FILTER", "FROM", "IN", "INTERVAL", "IS", "JOIN", "LIKE",
        "NULL", "THEN", "TO", "WHEN", "WHERE",
    ];

    fn is_name(word: &str) -> bool {
        word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    }
}
