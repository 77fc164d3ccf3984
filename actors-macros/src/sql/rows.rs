//! The Rust type of a statement's rows.

use std::ops::Range;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, Type};

use super::bound::column_of;
use super::captures::respan;
use super::fits;
use super::items::{Item, What};
use super::mistakes::{Fault, Mistake, NullBecause};
use super::scopes::ColumnRef;
use super::sources::Source;
use super::statement::Statement;
use crate::common::types::is_option;
use crate::reflection::callback::column_function;
use crate::reflection::columns::{Column, Table};
use crate::sqlite::names::same;

/// What the user wants rows to be read as.
pub(super) enum Target<'a> {
    None,
    Type(&'a Type),
    /// A struct that has passed on its fields.
    Struct(&'a Type, &'a [Column]),
}

/// One column of the rows.
pub(super) struct Output {
    name: Option<String>,
    origin: Option<(ColumnRef, Option<NullBecause>)>,
    /// The columns that other arms of a compound return at its position.
    others: Vec<ColumnRef>,
    annotation: Option<Type>,
    /// Where it is in the statement.
    place: Range<usize>,
}

/// The columns of the rows, as many as SQLite returns; none if there are no rows.
pub(super) fn outputs(
    statement: &Statement<'_>,
    tables: &[Table],
    names: Option<Vec<String>>,
) -> Result<Option<Vec<Output>>, Fault> {
    let Some(arms) = &statement.arms else {
        return Ok(None);
    };
    let mut arms = arms.iter().map(|items| of_arm(items, statement, tables));
    let mut outputs = arms.next().transpose()?.unwrap_or_default();
    for arm in arms {
        for (output, other) in outputs.iter_mut().zip(arm?) {
            output.merge(other)?;
        }
    }
    match names {
        Some(names) if names.len() != outputs.len() => {
            Err(Fault::somewhere(Mistake::ColumnsUnclear))
        }
        _ => Ok(Some(outputs)),
    }
}

/// The columns of one SELECT.
fn of_arm(
    items: &[Item],
    statement: &Statement<'_>,
    tables: &[Table],
) -> Result<Vec<Output>, Fault> {
    let mut outputs = Vec::new();
    for item in items {
        match &item.what {
            What::Star(None) => {
                let place = statement.text.place(&item.range);
                return Err(Fault::at(place, Mistake::StarUnknown));
            }
            What::Star(Some(_)) => outputs.extend(spread(item, statement, tables)),
            _ => outputs.push(output(item, statement)?),
        }
    }
    Ok(outputs)
}

impl Output {
    /// Adds what another arm of the compound returns at its position.
    fn merge(&mut self, other: Self) -> Result<(), Fault> {
        if other.annotation.is_some() {
            return Err(Fault::at(other.place, Mistake::AnnotatedLater));
        }
        let (Some((column, null)), Some((theirs, their_null))) = (&mut self.origin, other.origin)
        else {
            self.origin = None;
            self.others.clear();
            return Ok(());
        };
        if null.is_none() && their_null.is_some() {
            *null = Some(NullBecause::Compound);
        }
        if theirs != *column && !self.others.contains(&theirs) {
            self.others.push(theirs);
        }
        Ok(())
    }
}

/// Why a column is NULL in some row, if it is.
fn null_of(item: &Item, null: Option<NullBecause>) -> Option<NullBecause> {
    null.or(item.is_aggregated.then_some(NullBecause::Aggregated))
}

/// The columns that a `*` stands for.
fn spread<'a>(
    item: &'a Item,
    statement: &'a Statement<'_>,
    tables: &'a [Table],
) -> impl Iterator<Item = Output> + 'a {
    let sources = match &item.what {
        What::Star(Some(sources)) => sources.as_slice(),
        _ => &[],
    };
    let of = |source: &'a Source| source.table.map(|table| (source, table));
    sources
        .iter()
        .filter_map(of)
        .flat_map(move |(source, table)| {
            let columns = tables[table].columns.iter().enumerate();
            columns.map(move |(column, declared)| {
                let reference = ColumnRef { table, column };
                Output {
                    name: Some(declared.name.clone()),
                    origin: Some((
                        reference,
                        null_of(item, statement.scopes.null_of(source, reference)),
                    )),
                    others: Vec::new(),
                    annotation: None,
                    place: statement.text.place(&item.range),
                }
            })
        })
}

fn output(item: &Item, statement: &Statement<'_>) -> Result<Output, Fault> {
    let text = statement.text;
    let annotation = item.annotation.clone().map(|tokens| {
        let place = text.place(&tokens);
        let source = text.source[place.clone()].trim_start_matches(':').trim();
        let is_named = item.name.is_some();
        let parsed = syn::parse_str(source).ok().filter(|_| is_named);
        parsed.ok_or_else(|| Fault::at(place, Mistake::Annotation(source.to_owned())))
    });
    let origin = match &item.what {
        What::Column(column, null) => Some((*column, null_of(item, *null))),
        _ => None,
    };
    Ok(Output {
        name: item.name.clone(),
        origin,
        others: Vec::new(),
        annotation: annotation.transpose()?,
        place: text.place(&item.range),
    })
}

/// The expression for the rows' type; none if the target must first be asked for its fields.
pub(super) fn rows(
    krate: &TokenStream,
    outputs: &Option<Vec<Output>>,
    target: &Target<'_>,
    statement: &Statement<'_>,
    tables: &[Table],
    span: Span,
) -> Result<Option<TokenStream>, Fault> {
    let Some(outputs) = outputs else {
        return match target {
            Target::None => Ok(Some(quote_spanned!(span=> #krate::sql::NoRows))),
            _ => Err(Fault::somewhere(Mistake::NoRows)),
        };
    };
    let rows = Rows {
        krate,
        outputs,
        statement,
        tables,
        span,
    };
    match target {
        Target::None => rows.anonymous().map(Some),
        Target::Type(Type::Tuple(tuple)) => {
            let types: Vec<_> = tuple.elems.iter().collect();
            rows.as_types(&quote!(#tuple), &types).map(Some)
        }
        Target::Type(ty) if outputs.len() == 1 => rows.as_types(&quote!(#ty), &[ty]).map(Some),
        Target::Type(Type::Path(_)) => Ok(None),
        Target::Type(ty) => rows.as_types(&quote!(#ty), &[ty]).map(Some),
        Target::Struct(ty, fields) => rows.as_struct(ty, fields).map(Some),
    }
}

/// A tuple; one of tuples if there are more than traits are implemented for.
fn nested(parts: &[impl ToTokens]) -> TokenStream {
    let tuples = parts.chunks(12).map(|parts| quote!((#(#parts,)*)));
    quote!((#(#tuples,)*))
}

struct Rows<'a> {
    krate: &'a TokenStream,
    outputs: &'a [Output],
    statement: &'a Statement<'a>,
    tables: &'a [Table],
    span: Span,
}

impl Rows<'_> {
    /// The struct of the table whose rows they are, the type of their one column, or a
    /// record of their own.
    fn anonymous(&self) -> Result<TokenStream, Fault> {
        let rows = self.unchecked()?;
        let checks: Vec<_> = self
            .outputs
            .iter()
            .flat_map(|output| self.alike(output))
            .collect();
        Ok(match &*checks {
            [] => rows,
            checks => quote_spanned!(self.span=> { #(#checks)* #rows }),
        })
    }

    /// Checks that the arms of a compound return columns of the same type.
    fn alike(&self, output: &Output) -> Vec<TokenStream> {
        let (krate, first) = (self.krate, self.column(output));
        let is_annotated = output.annotation.is_some();
        let others = output.others.iter().filter(|_| !is_annotated);
        let check = |other: &ColumnRef| {
            let table = &self.tables[other.table];
            let declared = (table, &table.columns[other.column]);
            let other = column_of(self.tables, other.table, other.column, self.span);
            let reads = fits::read(krate, declared, "", self.span);
            quote_spanned!(self.span=> let () = #reads(#other, #first);)
        };
        others.map(check).collect()
    }

    fn unchecked(&self) -> Result<TokenStream, Fault> {
        let krate = self.krate;
        if let Some(table) = self.whole_table() {
            let path = &table.path;
            return Ok(quote_spanned!(self.span=> #krate::sql::Rows::<#path>::new()));
        }
        if let [output] = self.outputs {
            return Ok(match self.column(output) {
                Some(column) => quote_spanned!(self.span=> #column.rows()),
                None => quote_spanned!(self.span=> #krate::sql::Untyped),
            });
        }
        self.record()
    }

    /// The table whose columns these are, all of them, in its order.
    fn whole_table(&self) -> Option<&Table> {
        let (first, _) = self.outputs.first()?.origin?;
        let table = &self.tables[first.table];
        let is_whole = table.columns.len() == self.outputs.len();
        let mut outputs = self.outputs.iter().enumerate();
        let is_in_order = outputs.all(|(index, output)| {
            let column = &table.columns[index.min(table.columns.len() - 1)];
            let (table, column_index) = (first.table, index);
            let is_it = |(found, null): (ColumnRef, Option<NullBecause>)| {
                found
                    == ColumnRef {
                        table,
                        column: column_index,
                    }
                    && null.is_none_or(|why| why == NullBecause::Declared)
            };
            output.annotation.is_none()
                && output.name.as_deref() == Some(&*column.name)
                && output.origin.is_some_and(is_it)
        });
        (is_whole && is_in_order).then_some(table)
    }

    /// A value that has the column's type, if it is known.
    fn column(&self, output: &Output) -> Option<TokenStream> {
        let krate = self.krate;
        if let Some(ty) = &output.annotation {
            let ty = respan(quote!(#ty), self.span);
            return Some(quote_spanned!(self.span=> #krate::__private::Column::<#ty>::new()));
        }
        let (ColumnRef { table, column }, null) = output.origin?;
        let column = column_of(self.tables, table, column, self.span);
        Some(match null {
            Some(NullBecause::Joined | NullBecause::Aggregated | NullBecause::Compound) => {
                quote_spanned!(self.span=> #column.nullable())
            }
            _ => column,
        })
    }

    fn record(&self) -> Result<TokenStream, Fault> {
        let krate = self.krate;
        let mut fields: Vec<Ident> = Vec::new();
        let mut columns = Vec::new();
        for output in self.outputs {
            let (name, field) = self.field(output)?;
            if fields.contains(&field) {
                return Err(Fault::at(output.place.clone(), Mistake::NameTwice(name)));
            }
            fields.push(field);
            let no_type = || Fault::at(output.place.clone(), Mistake::NoType { name });
            columns.push(self.column(output).ok_or_else(no_type)?);
        }
        let numbered = |letter| (0..fields.len()).map(move |i| format_ident!("{letter}{i}"));
        let (types, values): (Vec<_>, Vec<_>) = numbered("T").zip(numbered("value_")).unzip();
        let (columns, pattern) = (nested(&columns), nested(&values));
        // The fields' types may be private to other modules, so they are inferred.
        Ok(quote_spanned! {self.span=> {
            #[allow(dead_code)]
            struct Row<#(#types),*> {
                #(#fields: #types),*
            }

            #krate::__private::record(#columns, |#pattern| Row { #(#fields: #values),* })
        } })
    }

    /// The name of the column, and of the record's field for it.
    fn field(&self, output: &Output) -> Result<(String, Ident), Fault> {
        let name = output.name.clone().filter(|name| !name.is_empty());
        let ident = name.as_ref().and_then(|name| {
            let plain = syn::parse_str::<Ident>(name);
            plain.or_else(|_| syn::parse_str(&format!("r#{name}"))).ok()
        });
        match (name, ident) {
            (Some(name), Some(mut ident)) => {
                ident.set_span(self.span);
                Ok((name, ident))
            }
            _ => {
                let example = self.statement.text.source[output.place.clone()].to_owned();
                Err(Fault::at(
                    output.place.clone(),
                    Mistake::NotNamed { example },
                ))
            }
        }
    }

    /// A tuple, or the type of the one column.
    fn as_types(&self, ty: &TokenStream, fields: &[&Type]) -> Result<TokenStream, Fault> {
        let krate = self.krate;
        let (columns, fields_count) = (self.outputs.len(), fields.len());
        if columns != fields_count {
            return Err(Fault::somewhere(Mistake::TupleWidth {
                columns,
                fields: fields_count,
            }));
        }
        let mut checks = Vec::new();
        for (index, (output, field)) in self.outputs.iter().zip(fields).enumerate() {
            let name = output
                .name
                .clone()
                .unwrap_or_else(|| format!("column {}", index + 1));
            let is_option = is_option(field);
            self.not_null(output, &name, &quote!(#ty).to_string(), is_option)?;
            checks.extend(self.origins(output).into_iter().map(|(declared, column)| {
                let reads = fits::read_if(krate, declared, field, self.span);
                quote_spanned!(self.span=> let () = #reads(#column);)
            }));
        }
        Ok(quote_spanned! {self.span=> {
            #[allow(unused_imports)]
            use #krate::__private::Unproven as _;
            #(#checks)*
            #krate::sql::Rows::<#ty>::new()
        } })
    }

    fn as_struct(&self, ty: &Type, fields: &[Column]) -> Result<TokenStream, Fault> {
        let (krate, row) = (self.krate, quote!(#ty).to_string());
        let names = self.names()?;
        let mut known = fields.iter().map(|field| &field.name);
        if let Some(field) = known.find(|field| !names.contains(field)) {
            return Err(Fault::somewhere(Mistake::ColumnMissing {
                field: field.clone(),
                row,
                columns: names,
            }));
        }
        let mut checks = Vec::new();
        for (index, (output, name)) in self.outputs.iter().zip(&names).enumerate() {
            let field = field_at(index, name, &row, fields);
            let field = field.map_err(|mistake| Fault::at(output.place.clone(), mistake))?;
            self.not_null(output, name, &row, field.is_nullable)?;
            let function = column_function(index, self.span);
            let ty = respan(quote!(#ty), self.span);
            let (field, span) = (format!("{row}.{name}"), self.span);
            checks.extend(self.origins(output).into_iter().map(|(declared, column)| {
                let reads = fits::read(krate, declared, &field, span);
                quote_spanned!(span=> let () = #reads(#column, <#ty>::#function());)
            }));
        }
        Ok(quote_spanned!(self.span=> { #(#checks)* #krate::sql::Rows::<#ty>::new() }))
    }

    /// The names of all columns; each must have one.
    fn names(&self) -> Result<Vec<String>, Fault> {
        let fields = self.outputs.iter().map(|output| self.field(output));
        fields.map(|field| field.map(|(name, _)| name)).collect()
    }

    /// The table columns that it is, regardless of its annotation.
    fn origins(&self, output: &Output) -> Vec<((&Table, &Column), TokenStream)> {
        let first = output.origin.map(|(column, _)| column);
        let all = first.iter().chain(&output.others);
        all.map(|ColumnRef { table, column }| {
            let value = column_of(self.tables, *table, *column, self.span);
            let table = &self.tables[*table];
            ((table, &table.columns[*column]), value)
        })
        .collect()
    }

    fn not_null(
        &self,
        output: &Output,
        column: &str,
        row: &str,
        is_option: bool,
    ) -> Result<(), Fault> {
        match output.origin {
            Some((_, Some(why))) if !is_option => {
                let (column, row) = (column.to_owned(), row.to_owned());
                Err(Fault::at(
                    output.place.clone(),
                    Mistake::MayBeNull { column, row, why },
                ))
            }
            _ => Ok(()),
        }
    }
}

/// The field of `row` that the column is read into: the one at the same position, with the same
/// name.
fn field_at<'a>(
    index: usize,
    column: &str,
    row: &str,
    fields: &'a [Column],
) -> Result<&'a Column, Mistake> {
    let known: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let (field, column) = (fields.get(index), column.to_owned());
    if !known.contains(&column) {
        return Err(Mistake::RowLacks {
            column,
            row: row.to_owned(),
            fields: known,
        });
    }
    let field = field.filter(|field| same(&field.name, &column));
    field.ok_or_else(|| Mistake::RowOrder {
        index: index + 1,
        column,
        field: known.get(index).cloned().unwrap_or_default(),
    })
}
