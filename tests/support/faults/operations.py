"""The operations of a city that change what it stores."""

from typing import Final

from tests.support.faults import calls, log_calls
from tests.support.faults.stage import Operation

OPERATIONS: Final = (
    Operation("deliver", calls.prepare_deliver),
    Operation("commit", calls.prepare_commit),
    Operation("cancel", calls.prepare_cancel),
    Operation("cancel-and-send-again", calls.prepare_cancel_and_send_again, is_long=True),
    Operation("look-up", calls.prepare_look_up),
    Operation("claim", calls.prepare_claim),
    Operation("keyring", lambda stage: calls.prepare_keyring(stage, drop_passkey=False)),
    Operation("epoch", lambda stage: calls.prepare_keyring(stage, drop_passkey=True)),
    Operation("opened", calls.prepare_opened),
    Operation("delete", calls.prepare_delete),
    Operation("index", calls.prepare_index),
    Operation("destroy", calls.prepare_destroy),
    Operation("bound", calls.prepare_bound),
    Operation("revoke", calls.prepare_revoke),
    Operation("sign-in", calls.prepare_sign_in),
    Operation("issuer-sign-in", calls.prepare_issuer_sign_in),
    Operation("touch", calls.prepare_touch),
    Operation("sequence", log_calls.prepare_sequence),
    Operation("recover", log_calls.prepare_recover, is_long=True),
    Operation("sequence-over-a-tile", log_calls.prepare_sequence_over_a_tile, known=log_calls.MADE_UP, is_long=True),
)
