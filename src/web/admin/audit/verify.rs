//! Verifying the hash chain of the journal, in the background.

use axum::response::Response;

use crate::domain::audit;
use crate::web::admin::desk::see;
use crate::web::admin::{Desk, Refusal};

/// Begins, unless one runs already.
pub async fn begin(desk: Desk) -> Result<Response, Refusal> {
    let (app, by, verification) = (desk.admin.app.clone(), desk.by()?, desk.admin.verification.clone());
    if !verification.begin(&by).map_err(Refusal::from)? {
        return Ok(see("/admin/audit?done=running"));
    }
    tokio::task::spawn_blocking(move || {
        audit::verified(&app.store, &by, &verification, || app.clock.now());
    });
    Ok(see("/admin/audit?done=begun"))
}
