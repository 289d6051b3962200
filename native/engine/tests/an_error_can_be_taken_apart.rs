//! The text of an error is its code, its message and its next step.

use varve_engine::{Database, Error};

#[test]
fn an_error_can_be_taken_apart() {
    let error: Error = Database::connect("memory:")
        .and_then(|database| database.open_table("docs"))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "{}: {} {}",
            error.code().as_str(),
            error.message(),
            error.next_step().unwrap()
        )
    );
}
