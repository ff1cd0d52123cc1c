/** Whether a service's own answer says that it comes from a simulator: then ours must say it too, whatever is configured. */
export function saysSimulated(fields: unknown): boolean {
  return typeof fields === 'object' && fields !== null && Reflect.get(fields, 'simulated') === true;
}
