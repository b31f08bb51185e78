// The door: hands the arguments to the command line and returns its exit code.
return 0;
