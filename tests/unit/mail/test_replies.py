from indicia.mail.replies import Reply


def test_enhanced_code_is_read_only_where_it_agrees_with_the_basic_code():
    assert Reply(550, ("5.1.1 no such user",)).enhanced == "5.1.1"
    assert Reply(550, ("05.1.1 no",)).enhanced is None
    assert Reply(550, ("4.2.2 full",)).enhanced is None
    assert Reply(550, ("5.1.1",)).enhanced == "5.1.1"
    assert Reply(550, ("5.1.1.9 no",)).enhanced is None
    assert Reply(250, ()).enhanced is None


def test_enhanced_code_is_written_without_leading_zeros():
    assert Reply(550, ("5.001.010 no",)).enhanced == "5.1.10"


def test_texts_lose_their_enhanced_codes_alone():
    reply = Reply(550, ("5.7.1 Blocked, see", "5.7.1 https://example.com/5.7.1"))

    assert reply.texts == ("Blocked, see", "https://example.com/5.7.1")
    assert str(reply) == "550 5.7.1 Blocked, see 5.7.1 https://example.com/5.7.1"


def test_replies_fall_into_three_kinds():
    assert Reply(354, ()).is_positive
    assert Reply(421, ()).is_temporary
    assert not Reply(550, ()).is_positive
    assert not Reply(550, ()).is_temporary
