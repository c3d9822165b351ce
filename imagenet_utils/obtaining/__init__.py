"""What a run needs and the user may lack: the table, a URL list, the box archives."""
