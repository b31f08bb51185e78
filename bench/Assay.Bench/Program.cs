// The door of the measurements.
return 0;
