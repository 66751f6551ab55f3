"""What is refused before a page sees it."""

import pytest


@pytest.mark.parametrize(
    "address", ["/agreements/?vendor=%00", "/settings/people/?q=a%00", "/systems/%00/raci/"]
)
def test_an_address_with_a_nul_is_refused_before_the_database_sees_it(
    address, as_user, administrator
):
    assert as_user(administrator).get(address).status_code == 400


def test_a_percent_sign_before_two_zeros_is_no_nul(as_user, administrator):
    assert as_user(administrator).get("/vendors/?q=100%2500").status_code == 200
