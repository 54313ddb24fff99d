//! Which columns a clause sees, and how a name finds its column.
//!
//! In: names as written. Out: a column's position and the nested fields behind it. Invariant: positions are those
//! of the relation's schema; names are case-sensitive, as in Flink.

use sql::{DataType, TypeKind};

use crate::catalog::nearest::suggestion;
use crate::catalog::schema::{Schema, TimeAttribute};

/// The columns of the FROM clause (or of a table's own columns, in DDL), in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) columns: Vec<ScopeColumn>,
}

#[derive(Clone, Debug)]
pub(super) struct ScopeColumn {
    /// Table name or alias.
    pub(super) qualifier: Option<String>,
    pub(super) name: String,
    pub(super) ty: DataType,
    pub(super) time: Option<TimeAttribute>,
    /// Set for a column that exists and may not be read here: the reason.
    pub(super) hidden: Option<&'static str>,
}

/// A resolved name: a column, then fields of rows inside it with their types.
#[derive(Debug)]
pub(super) struct Resolution {
    pub(super) column: usize,
    pub(super) fields: Vec<(usize, DataType)>,
}

/// Why a name was not resolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NameError {
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Scope {
    pub(super) fn of(schema: &Schema, qualifier: Option<&str>) -> Self {
        let column = |column: &crate::catalog::schema::SchemaColumn| ScopeColumn {
            qualifier: qualifier.map(str::to_owned),
            name: column.name.clone(),
            ty: column.ty.clone(),
            time: column.time,
            hidden: None,
        };
        Scope {
            columns: schema.columns.iter().map(column).collect(),
        }
    }

    /// Positions of the columns of one table; empty when there is no such table.
    pub(super) fn of_table(&self, qualifier: &str) -> Vec<usize> {
        let is_of = |i: &usize| self.columns[*i].qualifier.as_deref() == Some(qualifier);
        (0..self.columns.len()).filter(is_of).collect()
    }

    /// `column`, `table.column`, or either followed by fields of nested rows.
    pub(super) fn resolve(&self, path: &[&str]) -> Result<Resolution, NameError> {
        if path.len() > 1 && !self.of_table(path[0]).is_empty() {
            let found = self.find(Some(path[0]), path[1])?;
            return self.nested(found, &path[1..]);
        }
        let found = self.find(None, path[0]).map_err(|problem| match path.len() {
            1 => problem,
            _ => self.no_owner(path[0]),
        })?;
        self.nested(found, path)
    }

    fn find(&self, qualifier: Option<&str>, name: &str) -> Result<usize, NameError> {
        let visible = |column: &&(usize, &ScopeColumn)| {
            qualifier.is_none_or(|q| column.1.qualifier.as_deref() == Some(q))
        };
        let candidates: Vec<(usize, &ScopeColumn)> =
            self.columns.iter().enumerate().filter(|c| visible(&c)).collect();
        let matches: Vec<usize> = candidates
            .iter()
            .filter(|c| c.1.name == name)
            .map(|c| c.0)
            .collect();
        match matches[..] {
            [] => Err(NameError {
                message: match qualifier {
                    Some(qualifier) => format!("table '{qualifier}' has no column '{name}'"),
                    None => format!("no column '{name}' is visible here"),
                },
                help: Some(suggestion(
                    name,
                    candidates.iter().map(|c| c.1.name.as_str()),
                    "columns",
                )),
            }),
            [position] => match self.columns[position].hidden {
                Some(reason) => Err(NameError {
                    message: format!("column '{name}' {reason}"),
                    help: None,
                }),
                None => Ok(position),
            },
            [first, ..] => Err(NameError {
                message: format!("column '{name}' is ambiguous"),
                help: Some(match self.columns[first].hidden {
                    Some(reason) => format!("it {reason}"),
                    None => self.way_out_of_ambiguity(name, &matches),
                }),
            }),
        }
    }

    /// Neither a table nor a row of the name that stands before the dot.
    fn no_owner(&self, name: &str) -> NameError {
        let mut tables: Vec<&str> = self
            .columns
            .iter()
            .filter_map(|c| c.qualifier.as_deref())
            .collect();
        tables.dedup();
        NameError {
            message: format!("no table or row '{name}' is visible here"),
            help: Some(suggestion(name, tables.iter().copied(), "tables")),
        }
    }

    /// A table's name tells columns of two tables apart, but not two columns of one table: a window's own
    /// `window_start` and the one of the windows below it.
    fn way_out_of_ambiguity(&self, name: &str, matches: &[usize]) -> String {
        let qualifiers: Vec<Option<&str>> = matches
            .iter()
            .map(|at| self.columns[*at].qualifier.as_deref())
            .collect();
        match qualifiers.iter().copied().flatten().next() {
            Some(table) if qualifiers.iter().any(|other| *other != Some(table)) => {
                format!("write it with its table: {table}.{name}")
            }
            _ => format!(
                "one table has it twice; rename it with AS in the query below: {name} AS other_{name}"
            ),
        }
    }

    fn nested(&self, column: usize, path: &[&str]) -> Result<Resolution, NameError> {
        let mut ty = self.columns[column].ty.clone();
        let mut fields = Vec::new();
        for (i, name) in path.iter().enumerate().skip(1) {
            let (field, field_type) = field_of(&ty, path[i - 1], name)?;
            fields.push((field, field_type.clone()));
            ty = field_type;
        }
        Ok(Resolution { column, fields })
    }
}

/// Position and type of a field of a ROW; nullable when the row is.
pub(super) fn field_of(row: &DataType, owner: &str, name: &str) -> Result<(usize, DataType), NameError> {
    let TypeKind::Row(fields) = &row.kind else {
        return Err(NameError {
            message: format!("'{owner}' has no field '{name}': it is of type {row}, not a ROW"),
            help: None,
        });
    };
    let Some(position) = fields.iter().position(|field| field.name == name) else {
        return Err(NameError {
            message: format!("row '{owner}' has no field '{name}'"),
            help: Some(suggestion(name, fields.iter().map(|f| f.name.as_str()), "fields")),
        });
    };
    let ty = &fields[position].ty;
    Ok((position, ty.with_nullable(ty.nullable || row.nullable)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let column = |qualifier: &str, name: &str, kind| ScopeColumn {
            qualifier: Some(qualifier.into()),
            name: name.into(),
            ty: DataType::nullable(kind),
            time: None,
            hidden: None,
        };
        let field = sql::Field {
            name: "x".into(),
            ty: DataType::not_null(TypeKind::Int),
        };
        Scope {
            columns: vec![
                column("t", "a", TypeKind::Int),
                column("t", "b", TypeKind::Row(vec![field])),
                column("u", "a", TypeKind::BigInt),
            ],
        }
    }

    #[test]
    fn names_find_columns() {
        let cases: [(&[&str], Result<(usize, usize), &str>); 7] = [
            (&["t", "a"], Ok((0, 0))),
            (&["u", "a"], Ok((2, 0))),
            (&["b"], Ok((1, 0))),
            (&["b", "x"], Ok((1, 1))),
            (&["t", "b", "x"], Ok((1, 1))),
            (&["a"], Err("column 'a' is ambiguous")),
            (&["t", "c"], Err("table 't' has no column 'c'")),
        ];
        for (path, expected) in cases {
            let found = scope()
                .resolve(path)
                .map(|r| (r.column, r.fields.len()))
                .map_err(|e| e.message);
            assert_eq!(found, expected.map_err(str::to_owned), "{path:?}");
        }
    }

    #[test]
    fn ambiguity_has_a_way_out() {
        let help = |scope: &Scope| scope.resolve(&["a"]).expect_err("there are two").help;
        let mut scope = scope();
        assert_eq!(help(&scope).as_deref(), Some("write it with its table: t.a"));
        scope.columns[2].qualifier = Some("t".to_owned());
        let renamed = "one table has it twice; rename it with AS in the query below: a AS other_a";
        assert_eq!(help(&scope).as_deref(), Some(renamed));
    }

    #[test]
    fn a_field_of_a_nullable_row_is_nullable() {
        let found = scope().resolve(&["b", "x"]).expect("b.x exists");
        assert_eq!(found.fields, [(0, DataType::nullable(TypeKind::Int))]);
    }
}
