//! Names of webhook events.

use super::open_enum::open_enum;

open_enum! {
    /// Name of a webhook event. Source: <https://docs.pluggy.ai/docs/webhooks>.
    pub enum EventKind {
        /// Every event; only in registrations.
        All = "all",
        /// The connection succeeded for the first time.
        ItemCreated = "item/created",
        /// A later execution ended with data.
        ItemUpdated = "item/updated",
        /// An execution failed, or waits for the user to authorize a device.
        ItemError = "item/error",
        /// The item was deleted, by anyone.
        ItemDeleted = "item/deleted",
        /// The execution waits for an MFA value.
        ItemWaitingUserInput = "item/waiting_user_input",
        /// The execution waits for the user to act at the bank.
        ItemWaitingUserAction = "item/waiting_user_action",
        /// Credentials were accepted; data is being collected.
        ItemLoginSucceeded = "item/login_succeeded",
        /// The health of a connector changed.
        ConnectorStatusUpdated = "connector/status_updated",
        /// Transactions were added.
        TransactionsCreated = "transactions/created",
        /// Transactions changed.
        TransactionsUpdated = "transactions/updated",
        /// Transactions were removed.
        TransactionsDeleted = "transactions/deleted",
        /// A payment intent was created.
        PaymentIntentCreated = "payment_intent/created",
        /// A payment intent completed.
        PaymentIntentCompleted = "payment_intent/completed",
        /// A payment intent waits for the payer.
        PaymentIntentWaitingPayerAuthorization = "payment_intent/waiting_payer_authorization",
        /// A payment intent failed.
        PaymentIntentError = "payment_intent/error",
        /// A payment request changed.
        PaymentRequestUpdated = "payment_request/updated",
        /// A scheduled payment was made.
        ScheduledPaymentCreated = "scheduled_payment/created",
        /// A scheduled payment was created.
        ScheduledPaymentCompleted = "scheduled_payment/completed",
        /// A scheduled payment failed.
        ScheduledPaymentError = "scheduled_payment/error",
        /// A scheduled payment was canceled.
        ScheduledPaymentCanceled = "scheduled_payment/canceled",
        /// All payments of a series completed.
        ScheduledPaymentAllCompleted = "scheduled_payment/all_completed",
        /// All payments of a series were created.
        ScheduledPaymentAllCreated = "scheduled_payment/all_created",
        /// A boleto changed.
        BoletoUpdated = "boleto/updated",
        /// An automatic Pix payment was created.
        AutomaticPixPaymentCreated = "automatic_pix_payment/created",
        /// An automatic Pix payment completed.
        AutomaticPixPaymentCompleted = "automatic_pix_payment/completed",
        /// An automatic Pix payment failed.
        AutomaticPixPaymentError = "automatic_pix_payment/error",
        /// An automatic Pix payment was canceled.
        AutomaticPixPaymentCanceled = "automatic_pix_payment/canceled",
        /// A smart transfer preauthorization completed.
        SmartTransferPreauthorizationCompleted = "smart_transfer_preauthorization/completed",
        /// A smart transfer preauthorization failed.
        SmartTransferPreauthorizationError = "smart_transfer_preauthorization/error",
        /// A smart transfer payment completed.
        SmartTransferPaymentCompleted = "smart_transfer_payment/completed",
        /// A smart transfer payment failed.
        SmartTransferPaymentError = "smart_transfer_payment/error",
    }
}
