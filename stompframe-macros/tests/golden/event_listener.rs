#[event_listener]
async fn joined(event: SubscribedEvent, user: Principal, template: MessagingTemplate) -> Result<(), MessagingError> {
    template.send(event.destination, user.name().to_owned()).await
}
