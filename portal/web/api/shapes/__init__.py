"""What the API answers: each module makes objects and describes them, side by side."""
