/** The frames of frames.json, made by `alidade shm types`. */
export interface Frames {
  BATTERY__measures: {
    voltage: number;
    temperature: number;
    cells: readonly number[];
    heating: boolean;
    bad_lines: number;
  };
  BATTERY__command: {
    command: string;
  };
}
