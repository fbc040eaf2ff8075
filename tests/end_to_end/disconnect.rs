//! A bank connection that its user disconnects.

use reqwest::Method;
use serde_json::Value;

use crate::connection::{connect, is_in_phase};
use crate::stack::{Stack, new_user};

async fn delete(stack: &Stack, user: &str, id: &str) -> u16 {
    let request = stack
        .api_as(user, Method::DELETE, &format!("/items/{id}"))
        .await;
    request.send().await.unwrap().status().as_u16()
}

fn is_gone(answer: &Value) -> bool {
    answer["status"] == 404
}

#[tokio::test]
async fn a_user_disconnects_a_bank_and_nobody_else_can() {
    let stack = Stack::running();
    let user = new_user();
    let id = connect(&stack, &user, "user-ok").await;
    stack.item_once(&user, &id, is_in_phase("ready")).await;

    assert_eq!(delete(&stack, &new_user(), &id).await, 404);
    assert_eq!(delete(&stack, &user, &id).await, 204);
    stack.item_once(&user, &id, is_gone).await;

    assert_eq!(delete(&stack, &user, &id).await, 204);
    assert_eq!(delete(&stack, &new_user(), &id).await, 404);
}
