"""Pictures in other sizes: what can be asked for, where each pixel goes, decoding and encoding."""
