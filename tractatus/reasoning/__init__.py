"""How reasoning is read and scored: its goal, steps, evidence, alternatives and risks, and what contradicts what."""
