//! Which columns stand in a message's key and which in its value: `key.fields`, `value.fields-include`.

use crate::connector::options::Options;
use crate::error::JobError;

/// Column names of key and value, as the formats see them, with positions in the table's physical columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// `None`: messages have no key (or nobody looks at it).
    pub(super) key: Option<Vec<(usize, String)>>,
    pub(super) value: Vec<(usize, String)>,
    /// Prefix of the value format's options: `value.` or nothing.
    pub(super) value_prefix: &'static str,
}

/// `physical`: names of the physical columns in order. `primary_key`: positions, for upsert-kafka, whose key it is.
pub(super) fn split(
    options: &Options,
    physical: &[&str],
    primary_key: Option<&[usize]>,
) -> Result<Parts, JobError> {
    let prefix = options.get("key.fields-prefix").unwrap_or_default();
    let key = match primary_key {
        Some(positions) => Some(positions.to_vec()),
        None => key_fields(options, physical)?,
    };
    let except_key = match options.get("value.fields-include").unwrap_or("ALL") {
        "ALL" => false,
        "EXCEPT_KEY" => true,
        other => {
            return Err(options.error(
                "value.fields-include",
                format!("expected ALL or EXCEPT_KEY, found '{other}'"),
            ));
        }
    };
    if !prefix.is_empty() && !except_key {
        return Err(options.error("key.fields-prefix", "needs 'value.fields-include' = 'EXCEPT_KEY'"));
    }
    let in_key = |i: &usize| key.as_ref().is_some_and(|key| key.contains(i));
    let value = (0..physical.len()).filter(|i| !(except_key && in_key(i)));
    let value = value.map(|i| (i, physical[i].to_owned())).collect();
    let value_prefix = if options.get("value.format").is_some() {
        "value."
    } else {
        ""
    };
    let key = match key {
        None => None,
        Some(positions) => {
            let name = |i: usize| match physical[i].strip_prefix(prefix) {
                Some(name) => Ok((i, name.to_owned())),
                None => Err(options.error(
                    "key.fields-prefix",
                    format!("key column '{}' does not begin with '{prefix}'", physical[i]),
                )),
            };
            Some(positions.into_iter().map(name).collect::<Result<_, _>>()?)
        }
    };
    Ok(Parts {
        key,
        value,
        value_prefix,
    })
}

fn key_fields(options: &Options, physical: &[&str]) -> Result<Option<Vec<usize>>, JobError> {
    let Some(fields) = options.get("key.fields") else {
        return match options.get("key.format") {
            Some(_) => Err(options.error("key.fields", "is required with 'key.format'")),
            None => Ok(None),
        };
    };
    options.required("key.format")?;
    let find = |name: &str| {
        physical.iter().position(|column| *column == name).ok_or_else(|| {
            options.error(
                "key.fields",
                format!("no column '{name}'; there are {}", physical.join(", ")),
            )
        })
    };
    fields
        .split(';')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(find)
        .collect::<Result<_, _>>()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parts: &[(usize, String)]) -> Vec<&str> {
        parts.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn prefix_and_exclusion() {
        let options = Options::new(
            "t",
            [
                ("key.format", "json"),
                ("key.fields", "k_id"),
                ("key.fields-prefix", "k_"),
                ("value.fields-include", "EXCEPT_KEY"),
                ("value.format", "json"),
            ],
        );
        let parts = split(&options, &["k_id", "a"], None).expect("valid");
        assert_eq!(names(&parts.key.expect("a key")), ["id"]);
        assert_eq!(names(&parts.value), ["a"]);
        assert_eq!(parts.value_prefix, "value.");
        assert!(split(&options, &["id", "a"], None).is_err());
    }

    #[test]
    fn without_key_everything_is_in_the_value() {
        let parts = split(&Options::new("t", [("format", "json")]), &["a", "b"], None).expect("valid");
        assert_eq!(parts.key, None);
        assert_eq!(names(&parts.value), ["a", "b"]);
    }
}
