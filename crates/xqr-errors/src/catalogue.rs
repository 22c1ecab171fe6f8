//! Every condition: one row each, one column per dialect. Client-visible sentences stand here and
//! in `expected.rs`, nowhere else.
//!
//! `ours` marks a cell for which the original service publishes nothing. In the studio column
//! `in field` files the sentence under the field as a string, `in [field]` in a list, and
//! `in "items"` under a fixed name. A forge or hub cell of `400 in field` and a cell with a status
//! alone have the default sentence of their dialect (`macros.rs`), which is always ours. The
//! sources are sections 16c (xqr), 15 (studio), 8 (forge) and 8 (hub) of the services' public error
//! references.

mod by_code;
mod condition;
mod json;
mod macros;
mod reply;
mod row;

pub use self::by_code::{native_codes, rows_of};
pub use self::reply::{FORGE_VERSION, Reply};
pub use self::row::{Cell, Place, Retry, Row};

use self::macros::catalogue;
use crate::{Advice, Amount, Expected, Instead, Resource, State};

catalogue! {
    // ---- Authentication
    // -------------------------------------------------------------------------------------------

    /// The API key is missing, malformed, unknown or deleted.
    KeyInvalid => {
        causes: "No credential header; `Bearer` missing or doubled; quotes or blanks around the key; a truncated key; a key of another environment; a deleted key.",
        fix: "Send the whole key in the header of the dialect, or create a new key.",
        retry: Never,
        xqr: 401 "INVALID_API_KEY" "The API key is missing, malformed or unknown." ours,
        studio: 401 "Invalid or revoked API key.",
        forge: 401 "unauthorized" "Invalid or missing API key.",
        hub: 401 "Invalid or missing API key",
    }

    /// The API key was revoked, or replaced by rotation.
    KeyRevoked => {
        causes: "The key was revoked or rotated.",
        fix: "Use the key that replaced it, or create a new one.",
        retry: Never,
        xqr: 401 "REVOKED_API_KEY" "This API key has been revoked." ours,
        studio: 401 "Invalid or revoked API key.",
        forge: 401 "unauthorized" "Invalid or missing API key.",
        hub: 401 "Invalid or missing API key",
    }

    /// The API key's expiry date has passed.
    KeyExpired => {
        causes: "The key was created with an expiry date.",
        fix: "Create a new key.",
        retry: Never,
        xqr: 401 "EXPIRED_API_KEY" "This API key has expired." ours,
        studio: 401 "Invalid or revoked API key.",
        forge: 401 "unauthorized" "Invalid or missing API key.",
        hub: 401 "Invalid or missing API key",
    }

    /// A user's access token is missing, malformed, expired or revoked.
    TokenInvalid => {
        causes: "No `Authorization: Bearer` header; an expired or forged token; a sign-out or a new password since.",
        fix: "Sign in again, or refresh the token.",
        retry: Never,
        xqr: 401 "INVALID_TOKEN" "The access token is missing, expired or invalid." ours,
        studio: 401 "Given token is missing, expired or not valid." ours,
        forge: 401,
        hub: 401,
    }

    /// The e-mail address and the password do not belong together.
    CredentialsWrong => {
        causes: "A misspelt address or password, or a disabled account. The answer is the same for all three.",
        fix: "Check both, or ask an administrator for a new password.",
        retry: Never,
        xqr: 401 "INVALID_CREDENTIALS" "No active account found with the given credentials." ours,
        studio: 401 "No active account found with the given credentials" ours,
        forge: 401 "unauthorized" "No active account found with the given credentials." ours,
        hub: 401 "No active account found with the given credentials" ours,
    }

    /// Sign-up is closed.
    SignupClosed => {
        causes: "The first account was made, or the operator has closed signing up.",
        fix: "Ask an administrator for an account (`xqr-server user create`); the setting is `accounts.signup`.",
        retry: Never,
        xqr: 403 "SIGNUP_CLOSED" "Signing up is closed." ours,
        studio: 403 "Signing up is closed." ours,
        forge: 403,
        hub: 403 "Signing up is closed" ours,
    }

    // ---- Scopes and plans
    // -----------------------------------------------------------------------------------

    /// The key lacks the scope that the endpoint needs.
    ScopeMissing { scope: String } => {
        causes: "The key was created with other scopes. A write scope does not include the read scope.",
        fix: "Use a key that has this scope, or `*`.",
        retry: Never,
        xqr: 403 "INSUFFICIENT_SCOPE" "This endpoint requires the {scope} scope.",
        studio: 403 "This endpoint requires the {scope} scope." ours,
        forge: 403,
        hub: 403 "This key lacks the {scope} scope" ours,
    }

    /// A key was to grant a scope that it does not have.
    ScopeBeyond { scope: String } => {
        causes: "A key can make and rotate keys with its own scopes only.",
        fix: "Leave the scope out, or use a key that has it.",
        retry: Never,
        xqr: 403 "INSUFFICIENT_SCOPE" "scopes: This key cannot grant the {scope} scope, which it does not have." ours,
        studio: 403 "This key cannot grant the {scope} scope, which it does not have." ours,
        forge: 403,
        hub: 403 "This key cannot grant the {scope} scope, which it does not have" ours,
    }

    /// A key was to make one that lives longer than itself.
    KeyOutlives { until: String } => {
        causes: "A key that expires can make and rotate keys only that expire no later.",
        fix: "Send an `expires_at` that is not later, or use a key that does not expire.",
        retry: Never,
        xqr: 403 "INSUFFICIENT_SCOPE" "expires_at: This key expires at {until}; it cannot make one that lives longer." ours,
        studio: 403 "This key expires at {until}; it cannot make one that lives longer." ours,
        forge: 403,
        hub: 403 "This key expires at {until}; it cannot make one that lives longer" ours,
    }

    /// An operator named a limit that does not exist, or gave it a value of the wrong type.
    OverridesInvalid { reason: String } => {
        causes: "A misspelt limit, or a string where a number is expected.",
        fix: "Name limits as config/plans.toml does.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "overrides: {reason}" ours,
        studio: 400 in ["overrides"] "{reason}" ours,
        forge: 400 in "overrides",
        hub: 400 in "overrides",
    }

    /// The workspace's plan does not include the use of the API.
    ApiLocked { plan: String } => {
        causes: "API access begins with the first paid plan.",
        fix: "Move the workspace to a plan that includes the API.",
        retry: Never,
        xqr: 403 "FEATURE_NOT_AVAILABLE" "API access is not available on the {plan} plan." ours,
        studio: 403 "Plan '{plan}' doesn't include API access." ours,
        forge: 403,
        hub: 403 "API access is not available on the {plan} plan" ours,
    }

    /// The workspace's plan does not include the feature.
    FeatureLocked { feature: String, plan: String } => {
        causes: "The feature belongs to a higher plan.",
        fix: "Leave the feature out, or move the workspace to a higher plan.",
        retry: Never,
        xqr: 403 "FEATURE_NOT_AVAILABLE" "{feature} is not available on the {plan} plan." ours,
        studio: 403 "Plan '{plan}' doesn't include {feature}." ours,
        forge: 403,
        hub: 403 "{feature} is not available on the {plan} plan" ours,
    }

    /// The plan does not include bulk generation.
    BulkLocked { plan: String } => {
        causes: "Bulk generation begins with the starter plan.",
        fix: "Send single requests, or move to a higher plan.",
        retry: Never,
        xqr: 403 "FEATURE_NOT_AVAILABLE" "Bulk generation is not available on the {plan} plan." ours,
        studio: 403 "Plan '{plan}' doesn't include bulk generation. Upgrade to Starter or higher.",
        forge: 403,
        hub: 403 "Bulk generation is not available on the {plan} plan" ours,
    }

    /// The plan does not include custom logos.
    LogoLocked { plan: String } => {
        causes: "Logos begin with the starter plan.",
        fix: "Leave the logo out, or move to a higher plan.",
        retry: Never,
        xqr: 403 "FEATURE_NOT_AVAILABLE" "Custom logos are not available on the {plan} plan." ours,
        studio: 403 "Plan '{plan}' doesn't support custom logos.",
        forge: 403,
        hub: 403 "Custom logos are not available on the {plan} plan" ours,
    }

    /// The plan's number of resources of this kind is reached.
    PlanLimitReached { what: String, cap: u64, plan: String } => {
        causes: "Every existing resource of this kind counts, disabled ones too.",
        fix: "Delete resources, or move to a higher plan. Usage is shown by `GET /api/v1/workspace/usage`.",
        retry: Never,
        xqr: 403 "PLAN_LIMIT_EXCEEDED" "The {plan} plan allows {cap} {what}." ours,
        studio: 403 "Plan '{plan}' allows {cap} {what}. Upgrade for more." ours,
        forge: 403,
        hub: 403 "The {plan} plan allows {cap} {what}" ours,
    }

    /// The picture is larger than the plan allows.
    SizeOverPlan { cap: String, plan: String } => {
        causes: "`size_inches` lies within the absolute range but above the plan's cap.",
        fix: "Ask for a smaller picture, or move to a higher plan.",
        retry: Never,
        xqr: 403 "PLAN_LIMIT_EXCEEDED" "The {plan} plan allows pictures up to {cap} inches." ours,
        studio: 403 "Plan '{plan}' allows up to {cap}\". Upgrade for larger sizes.",
        forge: 403,
        hub: 403 "The {plan} plan allows pictures up to {cap} inches" ours,
    }

    /// The resolution is higher than the plan allows.
    DpiOverPlan { cap: u32, plan: String } => {
        causes: "`dpi` lies within the absolute range but above the plan's cap.",
        fix: "Ask for a lower resolution, or move to a higher plan.",
        retry: Never,
        xqr: 403 "PLAN_LIMIT_EXCEEDED" "The {plan} plan allows up to {cap} DPI." ours,
        studio: 403 "Plan '{plan}' caps DPI at {cap}. Upgrade for higher resolution.",
        forge: 403,
        hub: 403 "The {plan} plan allows up to {cap} DPI" ours,
    }

    /// An item of a bulk request is larger than the plan allows.
    BulkItemOverPlan { cap: String } => {
        causes: "The item's `size_inches` is above the plan's cap.",
        fix: "Make the item smaller, or move to a higher plan.",
        retry: Never,
        xqr: 403 "PLAN_LIMIT_EXCEEDED" "size_inches: above the plan's {cap} inches" ours,
        studio: 422 "size_inches > plan max ({cap})",
        forge: 403,
        hub: 403 "size_inches is above the plan's {cap} inches" ours,
    }

    /// One request names more items than the plan allows.
    BulkTooLarge { field: String, plan: String, cap: u64, got: u64 } => {
        causes: "The list is longer than the plan's cap for one request.",
        fix: "Send several smaller requests, or move to a higher plan.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: At most {cap} items per request, got {got}." ours,
        studio: 400 in field "Plan '{plan}' caps bulk at {cap} items per request, got {got}.",
        forge: 400 in field,
        hub: 400 "urls must contain between 1 and {cap} items",
    }

    /// The plan's lifetime edits of this dynamic code are used up.
    EditsSpent { plan: String, edits: u64 } => {
        causes: "The free plan allows one change of destination per code over its lifetime.",
        fix: "Move to a paid plan, or buy a credit pack.",
        retry: Never,
        xqr: 403 "PLAN_LIMIT_EXCEEDED" "The {plan} plan allows 1 destination edit per link; this one has had {edits}." ours,
        studio: 402 "Plan '{plan}' allows 1 destination edit per dynamic QR. This QR has been edited {edits} time(s) already. Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack.",
        forge: 403,
        hub: 403 "The {plan} plan allows 1 edit per code; this one has had {edits}" ours,
    }

    /// A key cannot have a plan above that of its workspace.
    PlanAboveTier { plan: String, tier: String } => {
        causes: "The requested plan is higher than the subscription.",
        fix: "Choose a plan up to the subscription, or move the workspace to a higher one.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "plan: '{plan}' is above the workspace's plan '{tier}'." ours,
        studio: 400 in "plan" "Plan '{plan}' exceeds your subscription tier '{tier}'.",
        forge: 400 in "plan",
        hub: 400 "Plan {plan} is above the account's plan {tier}" ours,
    }

    // ---- Quotas and rates
    // ------------------------------------------------------------------------------------

    /// The monthly quota is used up.
    QuotaSpent { quota: u64, plan: String, seconds: u64 } => {
        causes: "All calls of the month are used. The count restarts on the 1st, 00:00 UTC.",
        fix: "Wait for the next month, use bulk calls, or move to a higher plan.",
        retry: NextPeriod,
        xqr: 429 "RATE_LIMIT_EXCEEDED" "The monthly quota of {quota} calls is used up." ours,
        studio: 429 "Monthly quota of {quota} exceeded for plan '{plan}'.",
        forge: 429 "rate_limit_day" "Daily request quota exceeded." ours,
        hub: 429 "Rate limit exceeded. Retry in {seconds} seconds.",
    }

    /// The daily quota is used up.
    DailyQuotaSpent { seconds: u64 } => {
        causes: "All calls of the day are used. The count restarts at 00:00 UTC.",
        fix: "Wait for the next day, use bulk calls, or move to a higher plan.",
        retry: NextPeriod,
        xqr: 429 "RATE_LIMIT_EXCEEDED" "The daily quota is used up." ours,
        studio: 429 "Daily quota exceeded." ours,
        forge: 429 "rate_limit_day" "Daily request quota exceeded." ours,
        hub: 429 "Rate limit exceeded. Retry in {seconds} seconds.",
    }

    /// Too many requests in a short time.
    RateExceeded { seconds: u64 } => {
        causes: "A loop without a pause, or many workers sharing one key.",
        fix: "Wait the seconds of `Retry-After`, then go on more slowly; use bulk calls.",
        retry: AfterWait,
        xqr: 429 "BURST_LIMIT_EXCEEDED" "Too many requests. Retry in {seconds} s." ours,
        studio: 429 "Too many requests. Retry in {seconds} seconds." ours,
        forge: 429 "rate_limit_minute" "Too many requests this minute.",
        hub: 429 "Rate limit exceeded. Retry in {seconds} seconds.",
    }

    /// Too many wrong passcodes for one code.
    PasscodeTriesSpent { seconds: u64 } => {
        causes: "Repeated wrong passcodes, as from a guessing attack.",
        fix: "Wait, then send the right passcode.",
        retry: AfterWait,
        xqr: 429 "BURST_LIMIT_EXCEEDED" "Too many wrong passcodes. Retry in {seconds} s." ours,
        studio: 429 "Too many wrong passcodes. Retry in {seconds} seconds." ours,
        forge: 429 "rate_limit_minute" "Too many requests this minute." ours,
        hub: 429 "Rate limit exceeded. Retry in {seconds} seconds." ours,
    }

    // ---- Input
    // --------------------------------------------------------------------------------------------

    /// A required field is absent.
    FieldMissing { field: String } => {
        causes: "The field was left out, misspelt, or null.",
        fix: "Send the field.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: This field is required." ours,
        studio: 400 in [field] "This field is required.",
        forge: 400 "invalid_request" "Missing required field: {field}",
        hub: 400 "Missing required field: {field}",
    }

    /// A key needs a name.
    KeyNameMissing => {
        causes: "The field `name` was left out or is empty.",
        fix: "Send a name.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "name: This field is required." ours,
        studio: 400 in "name" "Required.",
        forge: 400 "invalid_request" "Missing required field: name" ours,
        hub: 400 "Missing required field: name" ours,
    }

    /// The request names no QR code.
    QrIdMissing => {
        causes: "Neither `id` nor `qr_id` was sent, or it is empty.",
        fix: "Send the id of the QR code.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "id: This field is required." ours,
        studio: 400 in ["id"] "This field is required." ours,
        forge: 400 "invalid_request" "Missing QR id (id or qr_id).",
        hub: 400 "Missing required field: code" ours,
    }

    /// A field has the wrong JSON type.
    FieldTypeWrong { field: String, expected: Expected } => {
        causes: "A number in quotes, a single value where a list is expected, and the like.",
        fix: "Send the type that the reference names.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be {expected}." ours,
        studio: 400 in [field] "Must be {expected}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A field is not one of the values allowed for it.
    ChoiceUnknown { field: String, value: String, allowed: String } => {
        causes: "A misspelt or unsupported value.",
        fix: "Send one of the values that the sentence lists.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be one of {allowed}." ours,
        studio: 400 in [field] "\"{value}\" is not a valid choice." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// Two fields were sent of which only one can count.
    FieldConflict { field: String, other: String } => {
        causes: "Two ways to set the same value, such as a size in pixels and one in inches.",
        fix: "Send one of the two.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Cannot be combined with {other}." ours,
        studio: 400 in [field] "Cannot be combined with {other}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A field is not served here.
    FieldUnsupported { field: String, instead: Instead } => {
        causes: "A field that the endpoint does not have, or a feature of the hosted service that is not built.",
        fix: "Send the other field that the sentence names.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Not supported; send {instead} instead." ours,
        studio: 400 in [field] "Not supported; send {instead} instead." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A number is below the smallest value allowed.
    NumberTooSmall { field: String, min: String } => {
        causes: "A value outside the documented range.",
        fix: "Send a value within the range.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be at least {min}." ours,
        studio: 400 in [field] "Ensure this value is greater than or equal to {min}.",
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A number is above the largest value allowed.
    NumberTooLarge { field: String, max: String } => {
        causes: "A value outside the documented range.",
        fix: "Send a value within the range.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be at most {max}." ours,
        studio: 400 in [field] "Ensure this value is less than or equal to {max}.",
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A required string is empty.
    TextEmpty { field: String } => {
        causes: "An empty string, or white space only.",
        fix: "Send a string with at least one visible character.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must not be empty." ours,
        studio: 400 in [field] "This field may not be blank." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A string has more characters than allowed.
    TextTooLong { field: String, max: u64 } => {
        causes: "The string is longer than the documented maximum.",
        fix: "Shorten the string.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must have at most {max} characters." ours,
        studio: 400 in [field] "Ensure this field has no more than {max} characters." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A string contains control characters.
    TextControls { field: String } => {
        causes: "A line break, a tab, NUL, or another control character.",
        fix: "Remove the control characters.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must not contain control characters." ours,
        studio: 400 in [field] "Control characters are not allowed." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A string is not an e-mail address.
    EmailInvalid { field: String } => {
        causes: "No `@`, a domain without a dot, blanks or brackets, or more than 254 bytes.",
        fix: "Send an address such as ann@example.com.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Enter a valid email address." ours,
        studio: 400 in [field] "Enter a valid email address." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// An account with this e-mail address exists.
    EmailTaken => {
        causes: "The account was made before, perhaps with other capitals.",
        fix: "Sign in, or use another address.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "email: A user with this email already exists." ours,
        studio: 400 in ["email"] "user with this email already exists." ours,
        forge: 400 in "email",
        hub: 400 in "email",
    }

    /// A password has too few characters.
    PasswordTooShort { min: u64 } => {
        causes: "Short passwords can be guessed.",
        fix: "Choose a longer one; several words are easy to remember.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "password: Must have at least {min} characters." ours,
        studio: 400 in ["password"] "This password is too short. It must contain at least {min} characters." ours,
        forge: 400 in "password",
        hub: 400 in "password",
    }

    /// A password is among those that are tried first.
    PasswordCommon => {
        causes: "A common password, one repeated character, or the user's own name or address.",
        fix: "Choose another one; several words that do not belong together are good.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "password: This password is too common." ours,
        studio: 400 in ["password"] "This password is too common." ours,
        forge: 400 in "password",
        hub: 400 in "password",
    }

    /// A list has more items than allowed.
    ListTooLong { field: String, max: u64 } => {
        causes: "The list is longer than the documented maximum.",
        fix: "Send fewer items, or several requests.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must have at most {max} items." ours,
        studio: 400 in [field] "Ensure this field has no more than {max} elements." ours,
        forge: 400 in field,
        hub: 400 "{field} must contain between 1 and {max} items",
    }

    /// A list is empty where something must stand.
    ListEmpty { field: String, max: u64 } => {
        causes: "An empty list.",
        fix: "Send at least one item.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must have at least 1 item." ours,
        studio: 400 in [field] "This list may not be empty." ours,
        forge: 400 in field,
        hub: 400 "{field} must contain between 1 and {max} items",
    }

    /// A destination is not an absolute http or https URL.
    UrlInvalid { field: String } => {
        causes: "No scheme; another scheme than http or https; an unparsable host; a blank or control character inside.",
        fix: "Send an absolute URL that begins with http:// or https://.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Invalid URL format. Must start with http:// or https://",
        studio: 400 in [field] "Enter a valid URL." ours,
        forge: 400 in field,
        hub: 400 "Invalid URL: must start with http:// or https://",
    }

    /// A timestamp is not an ISO 8601 date and time with an offset.
    MomentInvalid { field: String } => {
        causes: "A date without a time, a time without an offset, or a date that does not exist.",
        fix: "Send a timestamp such as 2026-12-31T23:59:59Z.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be an ISO 8601 date and time with an offset, such as 2026-12-31T23:59:59Z." ours,
        studio: 400 in [field] "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A timestamp that must be in the future is in the past.
    MomentPast { field: String } => {
        causes: "An expiry that has passed already.",
        fix: "Send a timestamp in the future, or omit the field.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be in the future." ours,
        studio: 400 in [field] "Must be in the future." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A list of ids holds something that is not an id.
    IdInvalid { field: String } => {
        causes: "An id of another kind, or a damaged one.",
        fix: "Send ids as the API returned them.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be a UUID." ours,
        studio: 400 in [field] "Must be a valid UUID." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A custom slug has the wrong length or a character that is not allowed.
    SlugInvalid { field: String } => {
        causes: "Fewer than 3 or more than 64 characters, or something else than ASCII letters, digits and hyphens.",
        fix: "Choose a slug of 3 to 64 letters, digits and hyphens.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must have 3 to 64 characters, only letters, digits and hyphens." ours,
        studio: 400 in [field] "Enter a valid slug of 3 to 64 letters, digits or hyphens." ours,
        forge: 400 in field,
        hub: 400 "Invalid code: must be 6-20 alphanumeric characters",
    }

    /// A custom slug is the name of a route of the service.
    SlugReserved { field: String, slug: String } => {
        causes: "Words such as `api`, `docs` and `health` are routes of the service.",
        fix: "Choose another slug.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: '{slug}' is reserved." ours,
        studio: 400 in [field] "This slug is reserved." ours,
        forge: 400 in field,
        hub: 409 "Code already in use: {slug}" ours,
    }

    /// A colour is neither a known name nor a hexadecimal value.
    ColorInvalid { field: String, value: String } => {
        causes: "A colour name other than black and white, or a malformed hexadecimal value.",
        fix: "Send black, white, #RRGGBB or #RRGGBBAA.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Invalid color '{value}'. Use 'black', 'white', or hex like #RRGGBB." ours,
        studio: 400 in field "Invalid color '{value}'. Use 'black', 'white', or hex like #RRGGBB.",
        forge: 400 in field,
        hub: 400 in field,
    }

    /// An item of a bulk request has an invalid colour.
    BulkItemColorInvalid { value: String } => {
        causes: "A colour name other than black and white, or a malformed hexadecimal value.",
        fix: "Send black, white, #RRGGBB or #RRGGBBAA.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "Invalid color '{value}'." ours,
        studio: 422 "Invalid color '{value}'.",
        forge: 400 in "color",
        hub: 400 in "color",
    }

    /// The content has more bytes than a QR symbol holds at this error correction level.
    ContentTooLong { field: String, level: String, over: u64, advice: Advice } => {
        causes: "A long text, or a high error correction level.",
        fix: "Shorten the content, lower the level, or encode a short link.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Content too long to encode. Bytes over at level {level}: {over}; it {advice}." ours,
        studio: 400 in [field] "Content too long to encode. Bytes over at level {level}: {over}; it {advice}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// An uploaded file is larger than allowed.
    UploadTooLarge { field: String, max: u64 } => {
        causes: "The file exceeds the documented maximum.",
        fix: "Send a smaller file.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Max {max} bytes." ours,
        studio: 400 in field "Max {max} bytes.",
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A file's content does not match its declared type.
    FileTypeWrong { field: String, found: String } => {
        causes: "A wrong `content_type`, another file than was declared, or a picture, sound, film, font or PDF that cannot be recognised.",
        fix: "Declare the type that the file has, or application/octet-stream to leave that to the service.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be the type of the file, which is {found}." ours,
        studio: 400 in [field] "Must be the type of the file, which is {found}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A file has another size than was declared.
    FileSizeWrong { field: String, declared: u64 } => {
        causes: "The upload was cut short, or is another file than was declared.",
        fix: "Send the file as a whole, or ask for a new link with its size.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: The file must have {declared} bytes, as declared." ours,
        studio: 400 in [field] "The file must have {declared} bytes, as declared." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A name of a file that could be a path.
    FilenameInvalid { field: String } => {
        causes: "A slash, a backslash, a character that turns the direction of text, or nothing but dots.",
        fix: "Send the name without its folder.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be the name of a file, without a folder." ours,
        studio: 400 in [field] "Must be the name of a file, without a folder." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A JSON value is nested too deeply, or too large.
    DataTooComplex { field: String, max: Amount } => {
        causes: "More bytes or more levels than the field may have.",
        fix: "Send less.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must have at most {max}." ours,
        studio: 400 in [field] "Must have at most {max}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A link that may also be an e-mail address or a phone number is none of these.
    LinkInvalid { field: String } => {
        causes: "Another scheme than http, https, mailto and tel, or characters that such a link cannot have.",
        fix: "Send https://…, mailto:name@example.com or tel:+4930123456.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must start with http://, https://, mailto: or tel:, and be valid." ours,
        studio: 400 in [field] "Must start with http://, https://, mailto: or tel:, and be valid." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A picture that was sent cannot be read.
    ImageUnreadable { field: String } => {
        causes: "Another format than PNG, JPEG, GIF, BMP, WebP, TIFF or SVG, or a damaged file.",
        fix: "Open the picture in an editor and save it again, for example as PNG.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be a readable PNG, JPEG, GIF, BMP, WebP, TIFF or SVG picture." ours,
        studio: 400 in [field] "Upload a valid image. The file you uploaded was either not an image or a corrupted image." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A picture that was sent has too many pixels.
    ImageTooLarge { field: String, max: u64 } => {
        causes: "The width times the height in the file's header exceeds the maximum.",
        fix: "Reduce the picture; 1,024 x 1,024 pixels are enough.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must have at most {max} pixels." ours,
        studio: 400 in [field] "Ensure this image has at most {max} pixels." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// An SVG that was sent holds more than shapes.
    ImageUnsafe { field: String, what: String } => {
        causes: "Scripts, images, text, filters, masks, references to other files, or too many shapes.",
        fix: "Convert text and effects to paths, or send a PNG.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: The SVG must not contain {what}; only plain shapes are drawn." ours,
        studio: 400 in [field] "The SVG must not contain {what}; only plain shapes are drawn." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// The picture asked for has too many pixels.
    PictureTooLarge { field: String, max: u64 } => {
        causes: "A large size at a fine resolution, or WebP, which must be held in memory as a whole.",
        fix: "Ask for a smaller size, or for SVG or PDF, which have no pixels.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: The picture must have at most {max} pixels." ours,
        studio: 400 in ["size_inches"] "The picture must have at most {max} pixels." ours,
        forge: 400 in "size",
        hub: 400 in "size",
    }

    /// No embedded font has a character of a label.
    GlyphMissing { field: String, character: char } => {
        causes: "An emoji, or a script other than Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and Georgian.",
        fix: "Use other words.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: There is no letter for '{character}'." ours,
        studio: 400 in [field] "There is no letter for '{character}'." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// The design cannot be scanned, and the client asked for that to be an error.
    Unscannable { reasons: String } => {
        causes: "Too little contrast, a logo that covers too much, no quiet zone, or shapes that a reader cannot distinguish.",
        fix: "Change what the sentence names; POST /api/v1/qr/validate reports details.",
        retry: Never,
        xqr: 422 "VALIDATION_ERROR" "design: The code would not scan: {reasons}" ours,
        studio: 400 "The code would not scan: {reasons}" ours,
        forge: 400 in "design",
        hub: 422 "The code would not scan: {reasons}" ours,
    }

    /// The service refuses to fetch a URL that the client named.
    FetchRefused { field: String, host: String, address: String } => {
        causes: "The host is, or resolves to, an address that is not public.",
        fix: "Name a file on a public web server, or upload it.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: refusing to fetch {host}: resolves to private/internal IP {address}" ours,
        studio: 400 in field "refusing to fetch {host}: resolves to private/internal IP {address}",
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A picture that the client named cannot be fetched.
    FetchFailed { field: String, reason: String } => {
        causes: "A wrong address, a server that does not answer or answers with something else, a large file, or a slow one.",
        fix: "Open the address in a browser; name a picture of at most 5 MB on a public server, or upload it.",
        retry: AfterWait,
        xqr: 400 "VALIDATION_ERROR" "{field}: The picture cannot be fetched: {reason}." ours,
        studio: 400 in field "The picture cannot be fetched: {reason}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// A webhook cannot be sent to this address.
    EndpointInvalid { field: String, reason: String } => {
        causes: "Another scheme than https; credentials in the address; an unusual port; an address that does not parse.",
        fix: "Send an https:// address of a public web server.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be an https:// address on the public Internet: {reason}." ours,
        studio: 400 in [field] "Enter a valid https URL: {reason}." ours,
        forge: 400 in field,
        hub: 400 in field,
    }

    /// The body is not JSON.
    BodyNotJson => {
        causes: "A syntax error, a truncated body, another encoding than UTF-8, or nesting that is too deep.",
        fix: "Send well-formed JSON in UTF-8.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "body: Must be valid JSON." ours,
        studio: 400 "JSON parse error." ours,
        forge: 400 "invalid_request" "Malformed JSON body." ours,
        hub: 400 "Invalid JSON body" ours,
    }

    /// The body is no form that can be read.
    FormMalformed => {
        causes: "A part without a name, a missing boundary, a truncated body, text that is not UTF-8, or too many parts.",
        fix: "Let an HTTP library build the multipart/form-data body.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "body: Must be a well-formed form." ours,
        studio: 400 "Multipart form parse error." ours,
        forge: 400 "invalid_request" "Malformed form body." ours,
        hub: 400 "Invalid form body" ours,
    }

    /// The body is JSON, but not an object.
    BodyNotObject => {
        causes: "A list, a string or a number at the top of the body, or no body.",
        fix: "Send a JSON object.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "body: Must be a JSON object." ours,
        studio: 400 "Invalid data. Expected a dictionary." ours,
        forge: 400 "invalid_request" "Malformed JSON body." ours,
        hub: 400 "Invalid JSON body" ours,
    }

    /// A query parameter cannot be read.
    QueryMalformed { field: String, expected: Expected } => {
        causes: "A parameter of the wrong type, or given twice.",
        fix: "Send the parameter once, as the reference describes it.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must be {expected}." ours,
        studio: 400 in [field] "Must be {expected}." ours,
        forge: 400 "invalid_request" "Invalid query parameter: {field}" ours,
        hub: 400 in field,
    }

    /// Some items of a bulk request are invalid.
    BulkItemsInvalid { count: u64 } => {
        causes: "At least one item breaks a rule; nothing was done for the others.",
        fix: "Mend the items that the answer lists, and send all of them again.",
        retry: Never,
        xqr: 422 "VALIDATION_ERROR" "{count} items are invalid." ours,
        studio: 422 "{count} items are invalid.",
        forge: 400 in "items",
        hub: 400 in "urls",
    }

    /// The destination's host is on the blocklist.
    DestinationBlocked { field: String } => {
        causes: "The host is known for abuse, or the operator listed it.",
        fix: "Use another destination, or ask the operator to look at the entry.",
        retry: Never,
        xqr: 422 "VALIDATION_ERROR" "{field}: Destination URL is not allowed (host on abuse blocklist)." ours,
        studio: 400 in field "Destination URL is not allowed (host on abuse blocklist)." ours,
        forge: 400 in field,
        hub: 422 "Destination URL is not allowed (host on abuse blocklist)",
    }

    /// The destination is a short link of this service.
    DestinationLoops { field: String } => {
        causes: "A link was to lead to another short link of the same service, and perhaps back to itself.",
        fix: "Use the address that the other link leads to.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "{field}: Must not be a short link of this service." ours,
        studio: 400 in field "Must not be a short link of this service." ours,
        forge: 400 in field,
        hub: 400 "Invalid URL: must not be a short link of this service" ours,
    }

    /// The `Idempotency-Key` header is empty, too long, doubled, or not printable ASCII.
    IdempotencyKeyInvalid => {
        causes: "An empty key, more than 255 characters, control or non-ASCII characters, or two headers.",
        fix: "Send one key of 1 to 255 printable ASCII characters, such as a UUID.",
        retry: Never,
        xqr: 400 "VALIDATION_ERROR" "Idempotency-Key: Must be 1 to 255 printable ASCII characters." ours,
        studio: 400 "Idempotency-Key must be 1 to 255 printable ASCII characters." ours,
        forge: 400 "invalid_request" "Invalid Idempotency-Key header." ours,
        hub: 400 in "Idempotency-Key",
    }

    // ---- Conflicts
    // ---------------------------------------------------------------------------------------------

    /// The slug or code is in use.
    SlugTaken { slug: String } => {
        causes: "Another link has this slug. Slugs are unique per host and case-insensitive.",
        fix: "Choose another slug, or let the service choose one.",
        retry: Never,
        xqr: 409 "SLUG_TAKEN" "The slug '{slug}' is already taken." ours,
        studio: 409 "The short id '{slug}' is already taken." ours,
        forge: 409 "invalid_payload" "Invalid value for field: slug" ours,
        hub: 409 "Code already in use: {slug}",
    }

    /// The idempotency key was used with another body.
    IdempotencyReused => {
        causes: "One key for two different requests.",
        fix: "Use a fresh key for each request, and the same key only for its repetition.",
        retry: Never,
        xqr: 409 "IDEMPOTENCY_CONFLICT" "Idempotency-Key was already used with a different request body." ours,
        studio: 409 "Idempotency-Key was already used with a different request body." ours,
        forge: 409 "invalid_request" "Idempotency-Key was already used with a different request body." ours,
        hub: 409 "Idempotency-Key was already used with a different request body" ours,
    }

    /// A request with the same idempotency key is still running.
    IdempotencyRunning { seconds: u64 } => {
        causes: "A repetition was sent before the first request had its answer.",
        fix: "Wait the seconds of `Retry-After`, then repeat.",
        retry: AfterWait,
        xqr: 409 "IDEMPOTENCY_CONFLICT" "A request with this Idempotency-Key is still running. Retry in {seconds} s." ours,
        studio: 409 "A request with this Idempotency-Key is still running." ours,
        forge: 409 "invalid_request" "A request with this Idempotency-Key is still running." ours,
        hub: 409 "A request with this Idempotency-Key is still running" ours,
    }

    /// The resource is archived and refuses changes and scans.
    LinkArchived => {
        causes: "The code was archived.",
        fix: "Reactivate it first.",
        retry: Never,
        xqr: 409 "STATE_CONFLICT" "The link is archived." ours,
        studio: 409 "This QR is archived." ours,
        forge: 409 "resource_archived" "Resource is archived." ours,
        hub: 409 "Code is archived" ours,
    }

    /// The state of the resource does not allow the operation.
    StateConflict { state: State } => {
        causes: "The operation needs another state, such as a confirmed upload.",
        fix: "Bring the resource into the state that the sentence asks for.",
        retry: Never,
        xqr: 409 "STATE_CONFLICT" "The resource is {state}." ours,
        studio: 409 "The resource is {state}." ours,
        forge: 409 "invalid_request" "The resource is {state}." ours,
        hub: 409 "The resource is {state}" ours,
    }

    /// Several keys of the workspace have this public prefix.
    KeyAmbiguous => {
        causes: "A prefix that is shorter than the keys' common beginning.",
        fix: "Use the key's id.",
        retry: Never,
        xqr: 409 "STATE_CONFLICT" "Several keys match this prefix. Use the key's id." ours,
        studio: 409 "Several keys match this prefix. Use the key's id." ours,
        forge: 409 "invalid_request" "Several keys match this prefix. Use the key's id." ours,
        hub: 409 "Several keys match this prefix. Use the key's id" ours,
    }

    // ---- Missing resources
    // ----------------------------------------------------------------------------------------

    /// There is no such link in this workspace.
    LinkNotFound { code: String } => {
        causes: "A wrong id, a deleted link, or one of another workspace.",
        fix: "Check the id, and that the key belongs to the workspace.",
        retry: Never,
        xqr: 404 "RESOURCE_NOT_FOUND" "Link not found.",
        studio: 404,
        forge: 404,
        hub: 404 "Code not found: {code}",
    }

    /// The QR code belongs to another account.
    LinkForeign { code: String } => {
        causes: "The id of another account's code.",
        fix: "Use a key of the owning account.",
        retry: Never,
        xqr: 404 "RESOURCE_NOT_FOUND" "Link not found.",
        studio: 404,
        forge: 403,
        hub: 403 "Invalid passcode for code {code}",
    }

    /// There is no such project in this workspace.
    ProjectNotFound => {
        causes: "A wrong id, or a project of another account.",
        fix: "Check the id, or leave it out to use the default project.",
        retry: Never,
        xqr: 404 "RESOURCE_NOT_FOUND" "Project not found." ours,
        studio: 404,
        forge: 404 "project_not_found" "Project not found.",
        hub: 404 "Project not found" ours,
    }

    /// There is no such resource in this workspace.
    ResourceNotFound { what: Resource } => {
        causes: "A wrong id, a deleted resource, or one of another workspace.",
        fix: "Check the id, and that the key belongs to the workspace.",
        retry: Never,
        xqr: 404 "RESOURCE_NOT_FOUND" "{what} not found." ours,
        studio: 404,
        forge: 404,
        hub: 404 "{what} not found" ours,
    }

    /// The path is not one of the service.
    RouteNotFound => {
        causes: "A misspelt path, or a trailing slash too many or too few.",
        fix: "Compare the path with the reference.",
        retry: Never,
        xqr: 404 "RESOURCE_NOT_FOUND" "No such endpoint." ours,
        studio: 404,
        forge: 404,
        hub: 404 "Not found" ours,
    }

    /// The link is disabled or expired; it answers no scan.
    LinkGone => {
        causes: "The owner disabled the link, or its expiry date has passed.",
        fix: "The owner can enable the link or move its expiry date.",
        retry: Never,
        xqr: 410 "LINK_GONE" "This link is no longer active." ours,
        studio: 410 "This QR is no longer active." ours,
        forge: 410 "resource_archived" "Resource is archived." ours,
        hub: 410 "Code is no longer active" ours,
    }

    /// The passcode is wrong.
    PasscodeWrong { code: String } => {
        causes: "A misspelt passcode, or that of another code.",
        fix: "Send the passcode that was shown when the code was made.",
        retry: Never,
        xqr: 403 "PASSCODE_REQUIRED" "The passcode is wrong." ours,
        studio: 403 "The passcode is wrong." ours,
        forge: 403,
        hub: 403 "Invalid passcode for code {code}",
    }

    /// An upload link is not one that the service signed.
    UploadLinkInvalid => {
        causes: "A changed or shortened link, or one of an asset that was deleted.",
        fix: "Ask for a new link, and use it as it is.",
        retry: Never,
        xqr: 403 "UPLOAD_LINK_INVALID" "This upload link is not valid." ours,
        studio: 403 "This upload link is not valid." ours,
        forge: 403,
        hub: 403 "This upload link is not valid" ours,
    }

    /// An upload link's time has passed.
    UploadLinkExpired => {
        causes: "The upload began too long after the link was made.",
        fix: "Ask for a new link.",
        retry: Never,
        xqr: 403 "UPLOAD_LINK_EXPIRED" "This upload link has expired." ours,
        studio: 403 "This upload link has expired." ours,
        forge: 403,
        hub: 403 "This upload link has expired" ours,
    }

    // ---- HTTP
    // ------------------------------------------------------------------------------------------

    /// The path exists, but not with this method.
    MethodNotAllowed => {
        causes: "Another method than the reference names.",
        fix: "Use one of the methods in the `Allow` header.",
        retry: Never,
        xqr: 405 "METHOD_NOT_ALLOWED" "Method not allowed." ours,
        studio: 405 "Method not allowed." ours,
        forge: 405 "method_not_allowed" "Method not allowed." ours,
        hub: 405 "Method not allowed" ours,
    }

    /// The body did not arrive in time.
    BodyTooSlow => {
        causes: "A stalled connection, or a sender that is too slow.",
        fix: "Send the body at once.",
        retry: Backoff,
        xqr: 408 "REQUEST_TIMEOUT" "The request body did not arrive in time." ours,
        studio: 408 "The request body did not arrive in time." ours,
        forge: 408 "invalid_request" "The request body did not arrive in time." ours,
        hub: 408 "The request body did not arrive in time" ours,
    }

    /// The body is larger than the endpoint accepts.
    BodyTooLarge { max: u64 } => {
        causes: "More bytes than the endpoint's limit.",
        fix: "Send less, or several requests.",
        retry: Never,
        xqr: 413 "PAYLOAD_TOO_LARGE" "The request body exceeds {max} bytes." ours,
        studio: 413 "The request body exceeds {max} bytes." ours,
        forge: 413 "invalid_payload" "The request body exceeds {max} bytes." ours,
        hub: 413 "The request body exceeds {max} bytes" ours,
    }

    /// The range lies beyond the file's end.
    RangeUnsatisfiable { size: u64 } => {
        causes: "A `Range` header that begins behind the last byte.",
        fix: "Ask for bytes that the file has.",
        retry: Never,
        xqr: 416 "RANGE_NOT_SATISFIABLE" "The file has {size} bytes." ours,
        studio: 416 "The file has {size} bytes." ours,
        forge: 416 "invalid_request" "The file has {size} bytes." ours,
        hub: 416 "The file has {size} bytes" ours,
    }

    /// The path and query are longer than the service accepts.
    TargetTooLong { max: u64 } => {
        causes: "Data in the query that belongs into a body.",
        fix: "Shorten the URL.",
        retry: Never,
        xqr: 414 "URI_TOO_LONG" "The request target exceeds {max} bytes." ours,
        studio: 414 "The request target exceeds {max} bytes." ours,
        forge: 414 "invalid_request" "The request target exceeds {max} bytes." ours,
        hub: 414 "The request target exceeds {max} bytes" ours,
    }

    /// The body is of a media type that the endpoint does not take.
    MediaTypeUnsupported => {
        causes: "A `Content-Type` other than application/json, or a compressed body.",
        fix: "Send `Content-Type: application/json`, uncompressed.",
        retry: Never,
        xqr: 415 "UNSUPPORTED_MEDIA_TYPE" "Content-Type must be application/json." ours,
        studio: 415 "Unsupported media type in request." ours,
        forge: 415 "invalid_request" "Content-Type must be application/json." ours,
        hub: 415 "Content-Type must be application/json" ours,
    }

    /// Plain HTTP where the operator demands HTTPS.
    HttpsRequired => {
        causes: "The request came over http://.",
        fix: "Use https://.",
        retry: Never,
        xqr: 426 "HTTPS_REQUIRED" "This API requires HTTPS." ours,
        studio: 426 "This API requires HTTPS." ours,
        forge: 426 "invalid_request" "This API requires HTTPS." ours,
        hub: 426 "This API requires HTTPS" ours,
    }

    /// The head of the request has too many fields or bytes.
    HeadTooLarge { fields: u64, bytes: u64 } => {
        causes: "Large cookies, or a proxy that adds many fields.",
        fix: "Send fewer and shorter header fields.",
        retry: Never,
        xqr: 431 "HEADERS_TOO_LARGE" "The request head exceeds {fields} fields or {bytes} bytes." ours,
        studio: 431 "The request head exceeds {fields} fields or {bytes} bytes." ours,
        forge: 431 "invalid_request" "The request head exceeds {fields} fields or {bytes} bytes." ours,
        hub: 431 "The request head exceeds {fields} fields or {bytes} bytes" ours,
    }

    // ---- Failures of the service
    // ----------------------------------------------------------------------------------------

    /// The picture could not be drawn.
    RenderFailed => {
        causes: "A defect of the render engine.",
        fix: "Retry once; then report it with the request id.",
        retry: Backoff,
        xqr: 500 "INTERNAL_ERROR" "Render engine failure. Retry once or contact support." ours,
        studio: 500 "Render engine failure. Retry once or contact support.",
        forge: 500 "internal_error" "Internal server error. Please try again later.",
        hub: 500 "Internal server error",
    }

    /// An unexpected internal error.
    Internal => {
        causes: "A defect, or a machine in trouble.",
        fix: "Retry with backoff; then report it with the request id.",
        retry: Backoff,
        xqr: 500 "INTERNAL_ERROR" "An unexpected error occurred." ours,
        studio: 500 "Internal server error." ours,
        forge: 500 "internal_error" "Internal server error. Please try again later.",
        hub: 500 "Internal server error",
    }

    /// The service has more work than it can do now, or its database is away.
    Overloaded { seconds: u64 } => {
        causes: "A burst of traffic, or a database that restarts.",
        fix: "Wait the seconds of `Retry-After`, then repeat.",
        retry: AfterWait,
        xqr: 503 "SERVICE_UNAVAILABLE" "The service is overloaded. Retry in {seconds} s." ours,
        studio: 503 "Service temporarily unavailable." ours,
        forge: 503,
        hub: 503 "Service temporarily unavailable. Retry in {seconds} seconds." ours,
    }

    /// The operator is working on the service. Redirects stay up.
    Maintenance { until: String, seconds: u64 } => {
        causes: "Planned maintenance.",
        fix: "Wait until the time that the sentence names.",
        retry: AfterWait,
        xqr: 503 "MAINTENANCE" "Service temporarily unavailable. Maintenance ends {until}." ours,
        studio: 503 "Service temporarily unavailable. Maintenance ends {until}." ours,
        forge: 503,
        hub: 503 "Service temporarily unavailable. Maintenance ends {until}.",
    }
}
