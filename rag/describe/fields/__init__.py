"""What the fields of a product mean: from what a catalogue gives to typed, readable, ordered fields."""
