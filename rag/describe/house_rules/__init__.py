"""A house's rules for its texts, as its rules.toml gives them."""
