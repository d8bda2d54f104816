"""Forms of threat and burden sharing that were tried against history."""
