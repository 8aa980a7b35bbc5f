//! The description of the API (OpenAPI 3.1), made from the table of operations and the types that they take and give.
//!
//! **Invariant:** an operation is in the description because it is in the
//! router, and the other way round: both are made from one table.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::web::routes::{Access, api::operations};

use super::operation::{Operation, Takes};
use super::problem::{KINDS, MEDIA_TYPE, ProblemView};
use super::{Call, PREFIX, Problem, Reply};

/// Where schemas of types stand.
const SCHEMAS: &str = "/components/schemas";

/// `GET /openapi.json`.
///
/// # Errors
/// None but for a fault of ours.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    let api = &call.api;
    let body = api.description.get_or_init(|| description(&api.app).to_string().into_bytes().into());
    let version = blake3::hash(body).to_hex();
    let reply = Reply::json(&Value::Null)?;
    Ok(Reply { etag: Some(format!("\"{}\"", &version[..24])), body: body.to_vec(), ..reply })
}

/// The description as JSON.
pub fn description(app: &App) -> Value {
    let mut generator = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = SCHEMAS.into();
        settings.meta_schema = None;
    });
    generator.inline_subschemas = false;
    let mut generator = generator.into_generator();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations() {
        let described = operation_of(&operation, &mut generator);
        let path = paths.entry(operation.path.to_owned()).or_default();
        path.insert(operation.method.as_str().to_ascii_lowercase(), described);
    }
    generator.subschema_for::<ProblemView>();
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "zhanqun",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The same actions as the admin pages, for programs. See docs/api.md.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": format!("{}{PREFIX}", app.origin()) }],
        "security": [{ "token": [] }],
        "tags": tags(),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of a user (`zhanqun token create`, or the admin page of the account); it \
                                    acts with the user's grants, expires and may be revoked.",
                },
            },
            "responses": responses(),
        },
    })
}

/// Parts of the API, by the first word of an operation's path.
const TAGS: [(&str, &str); 6] = [
    ("sites", "Sites and their columns"),
    ("documents", "Documents, their revisions and where they stand"),
    ("review", "What waits for whom, and the steps of a review"),
    ("media", "Pictures and attachments"),
    ("users", "People and their grants"),
    ("webhooks", "Programs that are told what happens"),
];

fn tags() -> Value {
    TAGS.iter().map(|(name, description)| json!({ "name": name, "description": description })).collect()
}

fn tag_of(operation: &Operation) -> &'static str {
    let has = |word: &str| operation.path.split('/').any(|part| part == word);
    match () {
        () if has("webhooks") => "webhooks",
        () if has("users") || has("me") => "users",
        () if has("media") => "media",
        () if ["inbox", "flows", "case", "submit", "take", "approve", "return", "recall"].into_iter().any(has) => {
            "review"
        }
        () if has("documents") || has("trash") || has("references") => "documents",
        () => "sites",
    }
}

fn operation_of(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut described = Map::new();
    described.insert("operationId".into(), operation.id.into());
    described.insert("summary".into(), operation.summary.into());
    described.insert("tags".into(), json!([tag_of(operation)]));
    let mut parameters = named(operation.path);
    if let Some(query) = operation.query {
        parameters.extend(asked(&query(generator), generator));
    }
    parameters.extend(headers(operation));
    if !parameters.is_empty() {
        described.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = body(operation, generator) {
        described.insert("requestBody".into(), body);
    }
    described.insert("responses".into(), answers(operation, generator));
    if operation.access == Access::Anyone {
        described.insert("security".into(), json!([]));
    }
    described.into()
}

/// What stands between braces in a path.
fn named(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let (schema, description) = match name {
                "site" => (json!({ "type": "string", "pattern": "^[a-z0-9-]{1,40}$" }), "Slug of a site"),
                _ => (json!({ "type": "integer", "minimum": 1 }), "Number"),
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": description })
        })
        .collect()
}

/// The fields of a type as parameters behind the `?`.
fn asked(schema: &schemars::Schema, generator: &SchemaGenerator) -> Vec<Value> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
    let whole = name.and_then(|name| generator.definitions().get(name)).unwrap_or_else(|| schema.as_value());
    let required: Vec<&str> = whole["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = whole["properties"].as_object().into_iter().flatten();
    fields
        .map(|(name, field)| {
            let mut field = field.clone();
            let description = field.as_object_mut().and_then(|field| field.remove("description"));
            json!({
                "name": name, "in": "query", "required": required.contains(&name.as_str()),
                "schema": field, "description": description.unwrap_or_default(),
            })
        })
        .collect()
}

fn headers(operation: &Operation) -> Vec<Value> {
    let text = json!({ "type": "string" });
    let header = |name: &str, required: bool, description: &str| {
        json!({
            "name": name, "in": "header", "required": required, "schema": text, "description": description,
        })
    };
    let mut found = Vec::new();
    if operation.if_match {
        found.push(header("If-Match", true, "ETag of the version that is changed"));
    }
    if operation.method == http::Method::POST {
        let about = "Any text of up to 200 characters: the same request with the same key acts once within 24 hours";
        found.push(header("Idempotency-Key", false, about));
    }
    found
}

fn body(operation: &Operation, generator: &mut SchemaGenerator) -> Option<Value> {
    let content = match operation.takes {
        Takes::Nothing => return None,
        Takes::Json(describe) => {
            let schema = describe(generator);
            let mut content = json!({ "schema": schema });
            if let Some(example) = example_of(&schema, generator) {
                content["example"] = example;
            }
            json!({ "application/json": content })
        }
        Takes::File => json!({
            "application/octet-stream": {},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": { "file": { "type": "string", "contentMediaType": "application/octet-stream" } },
                },
            },
        }),
    };
    Some(json!({ "required": true, "content": content }))
}

/// The first example that a type gives of itself.
fn example_of(schema: &schemars::Schema, generator: &SchemaGenerator) -> Option<Value> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next())?;
    generator.definitions().get(name)?.get("examples")?.get(0).cloned()
}

/// The good answer and the refusals of an operation.
fn answers(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let mut good = json!({ "description": operation.status.canonical_reason().unwrap_or_default() });
    if let Some(gives) = operation.gives {
        good["content"] = json!({ "application/json": { "schema": gives(generator) } });
    }
    let mut all = Map::from_iter([(operation.status.as_str().to_owned(), good)]);
    for status in refusals(operation) {
        all.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
    all.into()
}

/// Statuses of the refusals that an operation may answer with.
pub fn refusals(operation: &Operation) -> Vec<u16> {
    let mut found = vec![429, 500, 503];
    if operation.access == Access::Anyone {
        return found;
    }
    found.extend([400, 401, 403, 404]);
    let reading = operation.method == http::Method::GET;
    if !reading {
        found.extend([409, 422]);
    }
    if operation.if_match {
        found.extend([412, 428]);
    }
    if !matches!(operation.takes, Takes::Nothing) {
        found.extend([413, 415]);
    }
    found.sort_unstable();
    found
}

/// Refusals by their status, each with the kinds that have it.
fn responses() -> Value {
    let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (kind, status) in KINDS {
        found.entry(status.as_str().to_owned()).or_default().push(kind);
    }
    let schema = json!({ "$ref": format!("#{SCHEMAS}/Problem") });
    let responses = found.into_iter().map(|(status, kinds)| {
        let example = json!({
            "type": format!("urn:zhanqun:problem:{}", kinds[0]), "title": "…",
            "status": status.parse::<u16>().unwrap_or_default(), "detail": "…", "request": "5f3a09c1-2b",
        });
        let content = json!({ MEDIA_TYPE: { "schema": schema, "example": example } });
        (status, json!({ "description": kinds.join(", "), "content": content }))
    });
    Value::Object(responses.collect())
}
