"""What workers do with a ring. Arguments are ids only: the broker holds no persons (LOG-2)."""

from portal.common.broker import app
from portal.notifications import bell, delivery


@app.task(name=bell.TASK)
def deliver_message(message_id: int) -> None:
    delivery.deliver(message_id)
