//! Short constructors for JSON Schema (draft 2020-12, as in OpenAPI 3.1), and examples generated
//! from schemas.

use serde_json::{Map, Value, json};

/// The shape of an answer: its members and no others. A name with a question mark may be absent.
pub fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let mut schema = body(members);
    schema["additionalProperties"] = json!(false);
    schema
}

/// The shape of a request: further members are passed over.
pub fn body<const N: usize>(members: [(&str, Value); N]) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for (name, schema) in members {
        let optional = name.strip_suffix('?');
        if optional.is_none() {
            required.push(name);
        }
        properties.insert(optional.unwrap_or(name).to_owned(), schema);
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// Adds the members of one object to another.
pub fn with(mut schema: Value, more: Value) -> Value {
    for part in ["properties", "required"] {
        match (&mut schema[part], &more[part]) {
            (Value::Object(known), Value::Object(new)) => known.extend(new.clone()),
            (Value::Array(known), Value::Array(new)) => known.extend(new.clone()),
            (known @ Value::Null, new) if !new.is_null() => *known = new.clone(),
            (known, _) if known.is_null() => {
                drop(schema.as_object_mut().map(|schema| schema.remove(part)))
            }
            _ => {}
        }
    }
    schema
}

/// A list of any length.
pub fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// A list of at most `max` items.
pub fn up_to(max: usize, items: Value) -> Value {
    json!({ "type": "array", "items": items, "maxItems": max })
}

/// A list of `min` to `max` items.
pub fn bounded_list(min: usize, max: usize, items: Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": min, "maxItems": max })
}

/// A value or null.
pub fn nullable(mut schema: Value) -> Value {
    let Some(kind) = schema.get("type").cloned() else {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    };
    schema["type"] = json!([kind, "null"]);
    if let Some(Value::Array(names)) = schema.get_mut("enum") {
        names.push(Value::Null);
    }
    schema
}

/// A reference to a schema by its name.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A string.
pub fn string(example: &str) -> Value {
    json!({ "type": "string", "examples": [example] })
}

/// A string of one line.
pub fn line(max: usize, example: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": max, "examples": [example] })
}

/// A string that may have lines, or be empty.
pub fn prose(max: usize, example: &str) -> Value {
    json!({ "type": "string", "maxLength": max, "examples": [example] })
}

/// A string that matches a regular expression.
pub fn matching(pattern: &str, example: &str) -> Value {
    json!({ "type": "string", "pattern": pattern, "examples": [example] })
}

/// One fixed value.
pub fn constant(value: impl Into<Value>) -> Value {
    json!({ "const": value.into() })
}

/// One of several strings.
pub fn enumeration<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": names.into_iter().collect::<Vec<_>>() })
}

/// The names in a table of choices.
pub fn choice<T>(choices: &[(&str, T)]) -> Value {
    enumeration(choices.iter().map(|(name, _)| *name))
}

/// A boolean.
pub fn boolean() -> Value {
    json!({ "type": "boolean", "examples": [true] })
}

/// A number of things.
pub fn count() -> Value {
    json!({ "type": "integer", "minimum": 0, "examples": [12] })
}

/// An integer within bounds.
pub fn int(min: i64, max: i64) -> Value {
    json!({ "type": "integer", "minimum": min, "maximum": max, "examples": [min.max(1)] })
}

/// A number within bounds.
pub fn number(min: f64, max: f64) -> Value {
    json!({ "type": "number", "minimum": min, "maximum": max, "examples": [max] })
}

/// Adds a default value.
pub fn with_default(mut schema: Value, default: impl Into<Value>) -> Value {
    schema["default"] = default.into();
    schema
}

/// Adds a description.
pub fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

/// A timestamp (RFC 3339).
pub fn timestamp() -> Value {
    json!({ "type": "string", "format": "date-time", "examples": ["2026-03-21T14:30:00Z"] })
}

/// A UUID (RFC 9562).
pub fn uuid() -> Value {
    json!({ "type": "string", "format": "uuid", "examples": ["d47f2e1a-8c3b-4a5d-9e6f-1234567890ab"] })
}

/// A destination: `http` or `https`, up to 2,048 characters. What browsers take as one is more than
/// a URI.
pub fn url() -> Value {
    json!({ "type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://", "maxLength": 2048, "examples": ["https://example.com/menu"] })
}

/// A color.
pub fn color() -> Value {
    json!({ "type": "string", "examples": ["#1A2B3C"], "description": "A name such as `black`, or `#RGB`, `#RRGGBB`, `#RRGGBBAA`." })
}

/// Returns a value that a schema admits: its first example, or what its members' examples make.
pub fn example(schema: &Value, schemas: &Map<String, Value>) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|link| link.rsplit('/').next()) {
        return schemas.get(name).map_or(Value::Null, |schema| example(schema, schemas));
    }
    for (word, at) in [("examples", "/0"), ("const", ""), ("default", ""), ("enum", "/0")] {
        if let Some(value) = schema.get(word).and_then(|value| value.pointer(at)) {
            return value.clone();
        }
    }
    if let Some(first) = schema.pointer("/anyOf/0").or_else(|| schema.pointer("/oneOf/0")) {
        return example(first, schemas);
    }
    match (&schema["properties"], &schema["items"]) {
        (Value::Object(properties), _) => {
            let required: Vec<&str> = schema["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let shown = properties.iter().filter(|(name, _)| required.contains(&name.as_str()));
            Value::Object(
                shown.map(|(name, schema)| (name.clone(), example(schema, schemas))).collect(),
            )
        }
        (_, items @ Value::Object(_)) => json!([example(items, schemas)]),
        _ => Value::Null,
    }
}
