"""The texts of a product for each place of a shop, their formats, and what variants share."""
