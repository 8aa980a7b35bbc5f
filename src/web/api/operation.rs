//! What is said of an operation beside its code: enough for the router, the guard and the description.

use http::{Method, StatusCode};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::web::routes::Access;

use super::page::Page;
use super::{Call, Problem, Reply};

/// Carries an operation out. Runs where it may wait for the disk.
pub type Handler = fn(&Call) -> Result<Reply, Problem>;
/// Makes the schema of a type.
pub type Describe = fn(&mut SchemaGenerator) -> Schema;

/// What an operation takes as its body.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// JSON of this schema.
    Json(Describe),
    /// A file: its bytes as they are, or a form with the part `file`.
    File,
}

/// An operation.
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path below [`super::PREFIX`].
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// Name for generated clients.
    pub id: &'static str,
    /// What it does, one sentence.
    pub summary: &'static str,
    /// Body.
    pub takes: Takes,
    /// What may stand behind the `?`.
    pub query: Option<Describe>,
    /// Status of a good answer.
    pub status: StatusCode,
    /// Body of a good answer.
    pub gives: Option<Describe>,
    /// True where `If-Match` must name the present version.
    pub if_match: bool,
    /// Carries it out.
    pub handler: Handler,
}

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

impl Operation {
    /// An operation that takes and gives nothing.
    pub fn new(
        method: Method,
        path: &'static str,
        access: Access,
        id: &'static str,
        summary: &'static str,
        handler: Handler,
    ) -> Operation {
        Operation {
            method,
            path,
            access,
            id,
            summary,
            takes: Takes::Nothing,
            query: None,
            status: StatusCode::NO_CONTENT,
            gives: None,
            if_match: false,
            handler,
        }
    }

    /// Takes JSON.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Operation {
        self.takes = Takes::Json(schema::<T>);
        self
    }

    /// Takes a file.
    #[must_use]
    pub fn takes_file(mut self) -> Operation {
        self.takes = Takes::File;
        self
    }

    /// Takes this behind the `?`.
    #[must_use]
    pub fn asks<T: JsonSchema>(mut self) -> Operation {
        self.query = Some(schema::<T>);
        self
    }

    /// Gives something.
    #[must_use]
    pub fn gives<T: JsonSchema>(mut self) -> Operation {
        self.status = StatusCode::OK;
        self.gives = Some(schema::<T>);
        self
    }

    /// Gives a page of a list.
    #[must_use]
    pub fn gives_page<T: JsonSchema>(self) -> Operation {
        self.gives::<Page<T>>()
    }

    /// Makes something.
    #[must_use]
    pub fn makes<T: JsonSchema>(mut self) -> Operation {
        self = self.gives::<T>();
        self.status = StatusCode::CREATED;
        self
    }

    /// Changes what the client has seen only.
    #[must_use]
    pub fn if_match(mut self) -> Operation {
        self.if_match = true;
        self
    }
}
