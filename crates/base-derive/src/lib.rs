//! The derives behind `base::Record` and `base::Field`.
//!
//! Why a derive: a row is written to the journal, to SQL columns and compared by the verifier; one list of
//! fields, the struct itself, must serve all three, so that a new field cannot be forgotten in one of them.

use proc_macro::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, LitStr, parse_macro_input};

/// Derives `Record` for a struct: `#[record(table = "orders", key = 2)]` takes the first two fields as the key.
/// The first field must be the slot.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    record(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// Derives `Field` for an enum without data: its column holds the variant's name in snake_case.
#[proc_macro_derive(Field)]
pub fn derive_field(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    field(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

struct RecordAttributes {
    table: String,
    key: usize,
}

fn attributes(input: &DeriveInput) -> syn::Result<RecordAttributes> {
    let mut found = RecordAttributes { table: String::new(), key: 0 };
    for attribute in &input.attrs {
        if !attribute.path().is_ident("record") {
            continue;
        }
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("table") {
                found.table = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.path.is_ident("key") {
                found.key = meta.value()?.parse::<syn::LitInt>()?.base10_parse()?;
            } else {
                return Err(meta.error("expected `table = \"…\"` or `key = N`"));
            }
            Ok(())
        })?;
    }
    if found.table.is_empty() || found.key == 0 {
        return Err(syn::Error::new_spanned(&input.ident, "needs #[record(table = \"…\", key = N)]"));
    }
    Ok(found)
}

fn record(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let RecordAttributes { table, key } = attributes(input)?;
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(name, "a Record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(name, "a Record has named fields"));
    };
    let idents: Vec<_> = fields.named.iter().map(|field| field.ident.clone().expect("named")).collect();
    let types: Vec<_> = fields.named.iter().map(|field| field.ty.clone()).collect();
    if idents.len() < key || idents[0] != "slot" {
        return Err(syn::Error::new_spanned(name, "the first key field is `slot`"));
    }
    let columns: Vec<_> = idents.iter().map(ToString::to_string).collect();
    let (key_idents, key_types) = (&idents[..key], &types[..key]);
    let indexes = (0..key).map(syn::Index::from);
    Ok(quote! {
        impl ::base::Record for #name {
            type Key = (#(#key_types,)*);
            const TABLE: &'static str = #table;
            const COLUMNS: &'static [::base::Column] = &[#(
                ::base::Column {
                    name: #columns,
                    kind: <#types as ::base::Field>::KIND,
                    nullable: <#types as ::base::Field>::NULLABLE,
                },
            )*];
            const KEY_COLUMNS: usize = #key;
            fn key(&self) -> Self::Key { (#(self.#key_idents.clone(),)*) }
            fn slot_of(key: &Self::Key) -> ::base::Slot { key.0 }
            fn write(&self, sink: &mut dyn ::base::Sink) {
                #(::base::Field::write(&self.#idents, sink);)*
            }
            fn read(source: &mut dyn ::base::Source) -> Result<Self, ::base::FieldError> {
                Ok(#name { #(#idents: ::base::Field::read(source)?,)* })
            }
            fn write_key(key: &Self::Key, sink: &mut dyn ::base::Sink) {
                #(::base::Field::write(&key.#indexes, sink);)*
            }
            fn read_key(source: &mut dyn ::base::Source) -> Result<Self::Key, ::base::FieldError> {
                Ok((#(<#key_types as ::base::Field>::read(source)?,)*))
            }
        }
    })
}

fn field(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(
            name,
            "Field is derived for enums; a newtype implements it by hand",
        ));
    };
    let mut variants = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new_spanned(variant, "a Field variant carries no data"));
        }
        variants.push(variant.ident.clone());
    }
    let texts: Vec<_> = variants.iter().map(|variant| snake(&variant.to_string())).collect();
    let type_name = format_ident!("{}", name).to_string();
    Ok(quote! {
        impl #name {
            /// The short text that stands for this value in tables and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { #(#name::#variants => #texts,)* }
            }
        }
        impl ::base::Field for #name {
            const KIND: ::base::ColumnKind = ::base::ColumnKind::Text;
            fn write(&self, sink: &mut dyn ::base::Sink) { sink.text(self.as_str()); }
            fn read(source: &mut dyn ::base::Source) -> Result<Self, ::base::FieldError> {
                match source.text()? {
                    #(#texts => Ok(#name::#variants),)*
                    other => Err(::base::FieldError::new(#type_name, other)),
                }
            }
        }
    })
}

fn snake(camel: &str) -> String {
    let mut out = String::new();
    for (position, letter) in camel.chars().enumerate() {
        if letter.is_ascii_uppercase() && position > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
