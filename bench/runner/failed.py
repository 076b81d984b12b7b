"""What a row does that has no figure."""


class Failed(Exception):
    pass
