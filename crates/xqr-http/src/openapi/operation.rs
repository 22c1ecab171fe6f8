//! An operation: from a short definition to the full OpenAPI object.

use serde_json::{Map, Value, json};
use xqr_engine::errors::{Dialect, Row, rows};

use super::Envelope;
use super::schema::example;

/// What a request may meet anywhere.
const EDGE: &str = "HttpsRequired Maintenance TargetTooLong HeadTooLarge Overloaded Internal";

/// One method of one path.
#[derive(Debug)]
pub struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    id: &'static str,
    summary: &'static str,
    tag: &'static str,
    scope: Option<&'static str>,
    security: Vec<&'static str>,
    parameters: Vec<Value>,
    /// Media types and schemas.
    takes: Vec<(&'static str, Value)>,
    /// Statuses, media types, schemas, and what else the answer carries.
    answers: Vec<(u16, &'static str, Value)>,
    /// Names of rows of the catalogue.
    refusals: Vec<&'static str>,
}

/// Makes an operation: its id, and a sentence about it.
pub fn operation(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    let (security, parameters, takes, answers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let refusals = EDGE.split(' ').collect();
    let mut operation = Operation {
        method,
        path,
        id,
        summary,
        tag: "",
        scope: None,
        security,
        parameters,
        takes,
        answers,
        refusals,
    };
    for part in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let schema = json!({ "type": "string", "minLength": 1 });
        operation
            .parameters
            .push(json!({ "name": part, "in": "path", "required": true, "schema": schema }));
    }
    operation
}

impl Operation {
    /// Names the security schemes that admit a caller, an empty one for every caller, and the
    /// errors a caller may get.
    pub fn needs(mut self, schemes: &[&'static str], refusals: &'static str) -> Self {
        self.security.extend(schemes);
        self.refuses(refusals)
    }

    /// Says which scope the key needs.
    pub fn scope(mut self, scope: &'static str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Says under which heading it stands.
    pub fn tag(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self
    }

    /// Adds parameters of the query; a name without a question mark is required.
    pub fn query<const N: usize>(self, parameters: [(&str, Value); N]) -> Self {
        let parameters = parameters.map(|(name, schema)| (name.to_owned(), schema));
        self.query_of(parameters.to_vec()).refuses("QueryMalformed TextControls")
    }

    fn query_of(mut self, parameters: Vec<(String, Value)>) -> Self {
        for (name, mut schema) in parameters {
            let (name, required) =
                name.strip_suffix('?').map_or((name.as_str(), true), |name| (name, false));
            let description =
                schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({ "name": name, "in": "query", "required": required, "schema": schema });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            self.parameters.push(parameter);
        }
        self
    }

    /// Adds the members of an object as parameters of the query.
    pub fn query_like(self, object: &Value) -> Self {
        let members = object["properties"].as_object().into_iter().flatten();
        let parameters =
            members.map(|(name, schema)| (format!("{name}?"), schema.clone())).collect();
        self.query_of(parameters).refuses("QueryMalformed TextControls")
    }

    /// Adds a header of the request.
    pub fn header(mut self, name: &str, description: &str, schema: Value) -> Self {
        let parameter = json!({ "name": name, "in": "header", "required": false, "description": description, "schema": schema });
        self.parameters.push(parameter);
        self
    }

    /// Takes an Idempotency-Key.
    pub fn once(self) -> Self {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" });
        let says = "For 24 hours, the same key and body return the same response and have no second effect.";
        self.header("Idempotency-Key", says, schema)
            .refuses("IdempotencyKeyInvalid IdempotencyReused IdempotencyRunning")
    }

    /// Takes a JSON body.
    pub fn takes(self, schema: Value) -> Self {
        self.takes_as("application/json", schema)
            .refuses("BodyNotJson BodyNotObject BodyTooLarge BodyTooSlow MediaTypeUnsupported FieldMissing FieldTypeWrong")
    }

    /// Takes a body of another media type, too.
    pub fn takes_as(mut self, media_type: &'static str, schema: Value) -> Self {
        self.takes.push((media_type, schema));
        self
    }

    /// Answers with JSON.
    pub fn answers(self, status: u16, schema: Value) -> Self {
        self.answers_as(status, "application/json", schema)
    }

    /// Answers with another media type; with none where it is empty.
    pub fn answers_as(mut self, status: u16, media_type: &'static str, schema: Value) -> Self {
        self.answers.push((status, media_type, schema));
        self
    }

    /// Answers with a picture in one of these forms, or with 304 where `conditional`.
    pub fn draws(mut self, media_types: &[&'static str], conditional: bool) -> Self {
        for media_type in media_types {
            self = self.answers_as(200, media_type, json!({}));
        }
        if conditional {
            self = self.answers_as(304, "", Value::Null);
            let says = "The `ETag` of a picture that the client has, or several, or `*`.";
            self = self.header("If-None-Match", says, json!({ "type": "string" }));
        }
        self
    }

    /// Answers with nothing.
    pub fn answers_nothing(self) -> Self {
        self.answers_as(204, "", Value::Null)
    }

    /// Adds what it may refuse: names of rows of the catalogue.
    pub fn refuses(mut self, names: &'static str) -> Self {
        for name in names.split_whitespace().filter(|name| !name.is_empty()) {
            if !self.refusals.contains(&name) {
                self.refusals.push(name);
            }
        }
        self
    }

    /// Returns the rows of the catalogue that it may be refused with.
    pub(super) fn refusals(&self) -> impl Iterator<Item = &'static str> {
        self.refusals.iter().copied()
    }

    /// Returns the operation as OpenAPI has it. What several are refused with alike goes into
    /// `shared`.
    pub(super) fn document(
        &self,
        dialect: Dialect,
        envelope: &Envelope,
        schemas: &Map<String, Value>,
        shared: &mut Map<String, Value>,
    ) -> Value {
        let mut operation =
            json!({ "operationId": self.id, "summary": self.summary, "tags": [self.tag] });
        if let Some(scope) = self.scope {
            operation["description"] = json!(format!("Needs the scope `{scope}`."));
            operation["x-required-scope"] = json!(scope);
        }
        let scheme = |name: &&str| if name.is_empty() { json!({}) } else { json!({ *name: [] }) };
        operation["security"] = self.security.iter().map(scheme).collect();
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        if !self.takes.is_empty() {
            let content: Map<String, Value> = self
                .takes
                .iter()
                .map(|(kind, schema)| ((*kind).to_owned(), json!({ "schema": schema })))
                .collect();
            // A body of which nothing is required may be left out nevertheless: it is an empty
            // object then.
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        let mut responses = Map::new();
        for (status, media_type, schema) in &self.answers {
            let response = responses.entry(status.to_string()).or_insert_with(|| {
                let headers =
                    json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
                json!({ "description": said(*status), "headers": headers })
            });
            if media_type.is_empty() {
                continue;
            }
            let mut content = json!({ "schema": schema });
            if *media_type == "application/json" {
                content["example"] = example(schema, schemas);
            }
            response["content"][media_type] = content;
        }
        for (status, refusals) in self.refused(dialect) {
            let said = refusal(dialect, envelope, status, &refusals);
            match responses.get_mut(&status.to_string()) {
                // A status that says other things, too.
                Some(response) => {
                    let other = response["content"]["application/json"]["schema"].take();
                    let schema =
                        json!({ "anyOf": [other, said["content"]["application/json"]["schema"]] });
                    response["content"]["application/json"] = json!({ "schema": schema });
                }
                None => drop(responses.insert(status.to_string(), share(status, said, shared))),
            }
        }
        responses.sort_keys();
        operation["responses"] = Value::Object(responses);
        operation
    }

    /// Returns the refusals by their status in a dialect.
    fn refused(&self, dialect: Dialect) -> Vec<(u16, Vec<&'static Row>)> {
        let mut by_status: Vec<(u16, Vec<&'static Row>)> = Vec::new();
        for name in &self.refusals {
            let row = rows().iter().find(|row| row.name == *name);
            let row = row.unwrap_or_else(|| panic!("{}: the catalogue has no row {name}", self.id));
            let status = row.cell(dialect).status;
            match by_status.iter_mut().find(|(known, _)| *known == status) {
                Some((_, rows)) => rows.push(row),
                None => by_status.push((status, vec![row])),
            }
        }
        by_status
    }
}

/// Returns a reference to a refusal among those that are shared.
fn share(status: u16, refusal: Value, shared: &mut Map<String, Value>) -> Value {
    let known = shared.iter().find(|(_, other)| **other == refusal).map(|(name, _)| name.clone());
    let name = known.unwrap_or_else(|| {
        let name = format!(
            "Refused{status}_{}",
            shared.keys().filter(|name| name.starts_with(&format!("Refused{status}_"))).count() + 1
        );
        shared.insert(name.clone(), refusal);
        name
    });
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// What a status of an answer means, in a word.
fn said(status: u16) -> &'static str {
    match status {
        201 => "Created.",
        202 => "Accepted.",
        204 => "No content.",
        304 => "The client has this picture.",
        422 => "Some items cannot be drawn. Nothing was charged.",
        503 => "A component of the service does not answer.",
        _ => "OK.",
    }
}

/// Returns a refusal as OpenAPI has it: what it may mean, and an example for each.
fn refusal(dialect: Dialect, envelope: &Envelope, status: u16, rows: &[&'static Row]) -> Value {
    let meanings: Vec<String> =
        rows.iter().map(|row| format!("- {}", row.meaning.trim())).collect();
    let examples: Map<String, Value> = rows
        .iter()
        .map(|row| {
            (row.name.to_owned(), json!({ "$ref": format!("#/components/examples/{}", row.name) }))
        })
        .collect();
    let mut headers = json!({ "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } });
    if [429, 503].contains(&status) {
        headers["Retry-After"] = json!({ "$ref": "#/components/headers/Retry-After" });
    }
    let mut codes: Vec<_> = rows.iter().filter_map(|row| row.cell(dialect).code).collect();
    codes.dedup();
    codes.sort_unstable();
    codes.dedup();
    let schema = (envelope.schema)(&codes, status);
    let mut content = json!({ "application/json": { "schema": schema, "examples": examples } });
    if let Some(problem) = envelope.problem {
        content["application/problem+json"] =
            json!({ "schema": { "$ref": format!("#/components/schemas/{problem}") } });
    }
    json!({ "description": meanings.join("\n"), "headers": headers, "content": content })
}
